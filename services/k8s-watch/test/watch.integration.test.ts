import type { Observation } from '@lacuna/cluster';
import { FakeCluster } from '@lacuna/cluster/fake';
import type { EvaluationId, Fact } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { eventually, startNats, type NatsFixture } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FactPublisher } from '../src/fact-publisher.ts';
import { Inventory } from '../src/inventory.ts';
import { NodeLeases } from '../src/node-leases.ts';
import { watch, type WatchDeps } from '../src/watch.ts';

let nats: NatsFixture;
let bus: Bus;
beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ servers: [nats.url], name: 'watch-test' });
  await bus.provision();
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const otherEnds: Fact[] = [];

function watcher(report: Partial<WatchDeps['report']> = {}): WatchDeps {
  return {
    publisher: new FactPublisher(bus, {
      onError: (error) => expect.fail(String(error)),
      onOtherEnd: (told) => otherEnds.push(told),
    }),
    inventory: new Inventory(),
    nodes: new NodeLeases(1_000),
    report: {
      observed: () => undefined,
      lost: () => undefined,
      blind: () => undefined,
      drifted: () => undefined,
      ...report,
    },
    now: () => Date.now(),
  };
}

const factsOf = async (id: EvaluationId): Promise<Fact['type'][]> =>
  (await bus.readFacts(id)).map(({ fact }) => fact.type);
const request = (evaluation: EvaluationId) => ({
  evaluation,
  attempt: 1,
  name: `${evaluation}-a1`,
  specHash: 'a'.repeat(64),
  command: ['true'],
  env: {},
  timeoutMs: 60_000,
  graceMs: 0,
  labels: {},
  traceparent: '',
});

test('W15: two watchers, as in a rolling update, tell each fact once', async () => {
  await using cluster = new FakeCluster();
  const stop = new AbortController();
  const watching = [watcher(), watcher()].map((deps) => watch(cluster, deps, stop.signal));
  const asked = request(testId(1));
  await cluster.ensure(asked, stop.signal);
  cluster.pod(asked.name).create().schedule().start().end({ exitCode: 0 });
  const expected = ['container-ended', 'container-started', 'job-finished', 'pod-created', 'pod-scheduled'];
  const told = async (): Promise<boolean> => (await factsOf(asked.evaluation)).sort().join() === expected.join();
  await eventually('every fact once', told);
  stop.abort();
  await Promise.all(watching);
  expect((await factsOf(asked.evaluation)).sort()).toEqual(expected);
});

test('W7: what the code of the observer throws ends it and is not swallowed', async () => {
  const wrong = new Error('a bug');
  const observed = (): never => {
    throw wrong;
  };
  await using cluster = new FakeCluster();
  await expect(watch(cluster, watcher({ observed }), AbortSignal.timeout(5_000))).rejects.toBe(wrong);
});

test('W12: changes that a watch had lost are counted', async () => {
  const drifted: number[] = [];
  const observations: Observation[] = [
    { kind: 'synced', at: 1, drift: 0 },
    { kind: 'synced', at: 2, drift: 3 },
  ];
  async function* observe(): AsyncGenerator<Observation> {
    yield* observations;
  }
  await watch({ observe }, watcher({ drifted: (changes) => drifted.push(changes) }), AbortSignal.timeout(5_000));
  expect(drifted).toEqual([3]);
});

test('J19: another end of a container than the one that was told is reported, and the first one stands', async () => {
  await using cluster = new FakeCluster();
  const stop = new AbortController();
  const asked = request(testId(2));
  await cluster.ensure(asked, stop.signal);
  const pod = cluster.pod(asked.name).create().schedule().start().end({ exitCode: 1 });
  const told = new AbortController();
  const first = watch(cluster, watcher(), told.signal);
  await eventually('the first end', async () => (await factsOf(asked.evaluation)).includes('container-ended'));
  told.abort();
  await first;
  pod.end({ exitCode: 0 });
  const second = watch(cluster, watcher(), stop.signal);
  await eventually('the report', () => otherEnds.some(({ evaluation }) => evaluation === asked.evaluation));
  stop.abort();
  await second;
  const ends = (await bus.readFacts(asked.evaluation)).filter(({ fact }) => fact.type === 'container-ended');
  expect(ends).toMatchObject([{ fact: { data: { exitCode: 1 } } }]);
});
