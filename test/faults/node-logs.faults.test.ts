import { createHash } from 'node:crypto';
import { setTimeout as pass } from 'node:timers/promises';
import type { EvaluationId, EvaluationView, Fact } from '@lacuna/contracts';
import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { eventually } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messagesIn } from '../support/history.ts';
import { startRealCluster, type RealCluster } from '../support/kubernetes-system.ts';
import { allSettled } from '../support/settled.ts';
import type { System } from '../support/system.ts';

const PODS = 100;
const MEGABYTE = 1_000_000;
/** A hundred pods took a minute and a half on two cores on which much else ran. */
const SETTLED_WITHIN_MS = 500_000;
const TEST_MS = 550_000;
/** So that the kubelet, which handles each line by itself, is busy with the bytes and not with the lines. */
const LINE = 'x'.repeat(249);

let stack: AsyncDisposableStack;
let cluster: RealCluster;
let system: System;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  cluster = stack.use(await startRealCluster());
  // A hundred pods at once take minutes to start here, which is not what this is about.
  const deadlines = ['pod.schedule=5m+5m', 'container.start=5m+5m', 'log.capture=5m+5m'].join(',');
  system = stack.use(await cluster.system({ LACUNA_CAPACITY: String(PODS), LACUNA_DEADLINES: deadlines }));
});
afterAll(() => stack.disposeAsync());

/** The last thing that each does is to write a megabyte, which takes less than 200 ms. */
const LATE = ['sh', '-c', `sleep 1; yes ${LINE} | head -c ${MEGABYTE}`];
const LATE_SHA256 = createHash('sha256')
  .update(`${LINE}\n`.repeat(MEGABYTE / (LINE.length + 1)))
  .digest('hex');

async function submit(command: string[], count: number): Promise<EvaluationId[]> {
  const spec = { image: BUSYBOX_IMAGE, command, report: 'none', timeout: '5m' } as const;
  const all = await Promise.all(Array.from({ length: count }, () => system.client.submit(spec)));
  return all.map(({ id }) => id);
}

/** What is not proven to be what was written; empty = nothing. */
function unproven(views: readonly EvaluationView[], sha256: string): string[] {
  return views
    .filter(({ verdict, evidence }) => verdict !== 'passed' || evidence?.logSha256 !== sha256)
    .map(({ id, verdict, reason }) => `${id}: ${verdict}, ${reason}`);
}

test(
  'of 100 pods at once that each write a megabyte at the very end, every log is sealed',
  async () => {
    const ids = await submit(LATE, PODS);
    expect(unproven(await allSettled(system.client, ids, SETTLED_WITHIN_MS), LATE_SHA256)).toEqual([]);
  },
  TEST_MS,
);

/**
 * What a dead collector had in hand is given to the next one ten seconds after its last sign of life, and all of it at once. So that one which is killed
 * every five seconds comes to an end, it has to close some logs in the few seconds that are left then, and not read all of them to the half.
 */
test(
  'the same with the collector killed every five seconds',
  async () => {
    const ids = await submit(LATE, PODS);
    const { 'log-collect': collector } = system.services;
    const over = new AbortController();
    const killing = (async () => {
      let kills = 0;
      for (; !over.signal.aborted; kills++) {
        await pass(5_000, undefined, { signal: over.signal }).catch(() => undefined);
        await collector.kill9();
        collector.start();
        // On a busy machine it may need those five seconds to start.
        await collector.ready();
      }
      return kills;
    })();
    const views = await allSettled(system.client, ids, SETTLED_WITHIN_MS).finally(() => over.abort());
    expect(unproven(views, LATE_SHA256)).toEqual([]);
    expect(await killing).toBeGreaterThan(3);
  },
  TEST_MS,
);

/** Ten lines a second, each in two pieces, so that whatever happens happens in the middle of one. */
const STEADY_LINES = 600;
const STEADY = [
  'sh',
  '-c',
  `for i in $(seq ${STEADY_LINES}); do printf "line $i of a log that"; sleep 0.1; echo ' goes on and on'; done`,
];
const STEADY_SHA256 = createHash('sha256')
  .update(Array.from({ length: STEADY_LINES }, (_, i) => `line ${i + 1} of a log that goes on and on\n`).join(''))
  .digest('hex');

async function opened(ids: readonly EvaluationId[]): Promise<number> {
  const facts = await messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS');
  return facts.filter(({ type, evaluation }) => type === 'log-opened' && ids.includes(evaluation)).length;
}

test('L1, L17: an API server that is restarted, a kubelet that is killed in mid-line and a collector that is stopped for a minute lose nothing', async () => {
  const ids = await submit(STEADY, 4);
  await eventually('all logs are open', async () => (await opened(ids)) === ids.length, { withinMs: 150_000 });
  await cluster.controlPlane.apiServer.kill();
  await cluster.controlPlane.apiServer.restart();
  await pass(1_000);
  await cluster.node.kubelet.kill();
  await pass(1_000);
  await cluster.node.kubelet.restart();
  await pass(1_000);
  system.services['log-collect'].signal('SIGSTOP');
  await pass(60_000);
  system.services['log-collect'].signal('SIGCONT');
  expect(unproven(await allSettled(system.client, ids, 120_000), STEADY_SHA256)).toEqual([]);
});
