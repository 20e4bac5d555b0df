import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRealCluster, type RealCluster } from '../support/kubernetes-system.ts';
import { runSuitesUnderLoad } from '../support/suites-under-load.ts';

let cluster: RealCluster;
beforeAll(async () => void (cluster = await startRealCluster()), 180_000);
afterAll(() => cluster[Symbol.asyncDispose]());

/** `npm run bench suites-under-load` does it twenty times. */
const TIMES = 3;

test('real pytest and node:test suites on a node that is 90 % busy: each verdict is right, each log sealed, each wait explained', async () => {
  const runs = await runSuitesUnderLoad(cluster, TIMES);
  expect(runs.map(({ problems }) => problems)).toEqual(Array.from({ length: TIMES }, () => []));
}, 400_000);
