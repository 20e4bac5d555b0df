import { readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EvaluationId } from '@lacuna/contracts';
import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { eventually, startTestControlPlane, startTestNode, type RealNode } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChartServices } from '../support/chart-services.ts';
import { untilSettled } from '../support/settled.ts';

const LINES = 40_000;
/** The kubelet looks every ten seconds whether a log is to be rotated. */
const ROUNDS = 25;
const UNTIL_END = 'echo last; until [ -e /tmp/end ]; do sleep 0.1; done; echo end';

let stack: AsyncDisposableStack;
let node: RealNode;
let chart: Awaited<ReturnType<typeof startChartServices>>;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  const controlPlane = stack.use(await startTestControlPlane());
  node = stack.use(await startTestNode(controlPlane, { logMaxSize: '1Mi' }));
  const values = {
    'log-collect': { nodeFiles: { enabled: true } },
    evaluations: { imagePullPolicy: 'Never' },
  };
  chart = stack.use(await startChartServices({ controlPlane, values }));
});
afterAll(() => stack.disposeAsync());

async function submit(script: string): Promise<EvaluationId> {
  const spec = { image: BUSYBOX_IMAGE, command: ['sh', '-c', `${script}; ${UNTIL_END}`], report: 'none' as const };
  return (await chart.client.submit(spec)).id;
}

function written(rounds: number): string {
  const lines = Array.from({ length: LINES }, (_, i) => `${i + 1}\n`).join('');
  return `${lines.repeat(rounds)}last\nend\n`;
}

const textOf = async (id: EvaluationId): Promise<string> =>
  Buffer.concat(await Array.fromAsync((await chart.client.log(id)).body)).toString();

/** The pod of a log that the kubelet has rotated so often. */
function rotated(id: EvaluationId, times: number): Promise<string> {
  return eventually(
    'the log is rotated',
    async () => {
      const [uid] = (await chart.client.get(id)).attempts[0]?.podUids ?? [];
      const folder = (await readdir(node.podLogs)).find((name) => name.endsWith(`_${uid}`));
      const files = folder === undefined ? [] : await readdir(join(node.podLogs, folder, 'main'));
      if (files.length <= times) throw new Error(`of ${uid} there is ${folder}: ${files.join()}`);
      return uid;
    },
    { withinMs: 120_000 },
  );
}

/** Lets the command of a pod end, and waits until that is known. */
async function end(id: EvaluationId, podUid: string): Promise<void> {
  const volumes = join(dirname(node.podLogs), 'kubelet/pods', podUid, 'volumes');
  await writeFile(join(volumes, 'kubernetes.io~empty-dir/tmp/end'), '');
  await eventually('its end is known', async () =>
    (await chart.client.get(id)).attempts[0]?.stages.some(
      ({ stage, outcome }) => stage === 'container.run' && outcome === 'ok',
    ),
  );
}

async function expectWhole(id: EvaluationId, text: string): Promise<void> {
  const view = await untilSettled(chart.client, id);
  const { output } = chart.services['log-collect'];
  expect(view, output).toMatchObject({ verdict: 'passed', evidence: { log: 'sealed' } });
  expect(await textOf(id)).toBe(text);
  expect(output).not.toMatch(/forbidden|can not be read/);
}

test('installed so that it may read the files of nodes, a log that was rotated away before anybody read it is whole', async () => {
  const collector = chart.services['log-collect'];
  await collector.stop();
  const id = await submit(`seq 1 ${LINES}`);
  await end(id, await rotated(id, 1));
  collector.start();
  await expectWhole(id, written(1));
}, 400_000);

test('a log that is rotated again and again is seen while it is written, each line once, and is whole', async () => {
  const id = await submit(`for round in $(seq ${ROUNDS}); do seq 1 ${LINES}; sleep 1; done`);
  const podUid = await rotated(id, 2);
  await eventually('it is seen before its end', async () => (await textOf(id)).endsWith('last\n'), {
    withinMs: 120_000,
  });
  await end(id, podUid);
  await expectWhole(id, written(ROUNDS));
}, 400_000);
