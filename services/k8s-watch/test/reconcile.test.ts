import type { Observation } from '@lacuna/cluster';
import { fact, type Fact, type FactOf, type FactType } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { beforeEach, expect, test } from 'vitest';
import { Expectations } from '../src/expectations.ts';
import { FactPublisher } from '../src/fact-publisher.ts';
import { Inventory } from '../src/inventory.ts';
import { NodeLeases } from '../src/node-leases.ts';
import type { Orphans } from '../src/orphans.ts';
import { reconcile } from '../src/reconcile.ts';

const { id } = new Story();
const IDENTITY = { evaluation: id, attempt: 2 };
/** Long after the stream has all of the story. */
const NOW = Story.T0 + 60_000;
const synced: Observation = { kind: 'synced', at: NOW };
const runningPod: Observation = {
  kind: 'pod',
  known: 'watched',
  pod: {
    ...IDENTITY,
    uid: 'pod-1',
    name: 'x',
    jobUid: 'job-1',
    createdAt: 0,
    scheduled: { node: 'n', at: 0 },
    started: { containerId: 'c', at: 0 },
  },
};

interface World {
  /** What happens before each look. */
  readonly steps: readonly (() => void)[];
  readonly caughtUp?: boolean;
  readonly orphans?: Pick<Orphans, 'look'>;
}

/** Looks once after each step; gives what was told, and what went wrong. */
async function looks({ steps, caughtUp = true, orphans = { look: async () => [] } }: World) {
  const told: Fact[] = [];
  const [found, errors]: [FactOf<'orphan'>[], unknown[]] = [[], []];
  const expectations = new Expectations();
  const publishFact = async (one: Fact) => {
    told.push(one);
    expectations.add({ fact: one, storedAt: NOW });
    return { kind: 'stored', seq: told.length } as const;
  };
  const publisher = new FactPublisher({ publishFact }, { onError: () => undefined, onOtherEnd: () => undefined });
  const stream = new Story().running().facts;
  const bus = {
    async *followOpen({ types = [] }: { readonly types?: readonly FactType[] }) {
      for (const [i, one] of stream.entries())
        if (types.includes(one.fact.type)) yield { ...one, fact: { ...one.fact, attempt: 2 } as Fact, seq: i + 1 };
      if (caughtUp) yield { kind: 'caught-up', seq: stream.length } as const;
    },
  };
  await expectations.follow(bus, AbortSignal.timeout(5_000));
  async function* ticks() {
    for (const step of steps) {
      step();
      yield undefined;
      await publisher.drained();
    }
  }
  const deps = { publisher, inventory, expectations, nodes, orphans: orphans as Orphans, now: () => NOW };
  await reconcile(
    { ...deps, onOrphan: (one) => found.push(one), onError: (error) => errors.push(error) },
    AbortSignal.timeout(5_000),
    ticks(),
  );
  return { told, found, errors };
}

let inventory = new Inventory();
let nodes = new NodeLeases(1_000);
const seen = (...observations: readonly Observation[]): void => {
  for (const observation of observations) inventory.note(observation);
};
const nothing = (): void => undefined;

beforeEach(() => {
  inventory = new Inventory();
  nodes = new NodeLeases(1_000);
});

test('what the stream has and the cluster has not is told after two looks, once each, as what it is and of its own attempt', async () => {
  const { told } = await looks({ steps: [() => seen(synced), nothing, nothing] });
  const about = { attempt: 2, at: NOW, known: 'inferred' };
  expect(told).toMatchObject([
    {
      ...about,
      type: 'job-gone',
      data: { jobUid: 'job-1', message: 'the Job was deleted from outside before it ended, or has lost our labels' },
    },
    { ...about, type: 'pod-gone', data: { podUid: 'pod-1', cause: 'unknown' } },
  ]);
  expect((await looks({ steps: [() => seen(synced)] })).told).toEqual([]);
});

test('what was seen to vanish is told though no listing has come since, both the Job and its pod', async () => {
  const vanish = (): void =>
    seen(
      { ...synced, at: 0 },
      { kind: 'vanished', object: 'pod', uid: 'pod-1', identity: IDENTITY, at: NOW },
      { kind: 'vanished', object: 'job', uid: 'job-1', identity: IDENTITY, at: NOW },
    );
  const { told } = await looks({ steps: [vanish, nothing] });
  expect(told.map(({ type }) => type)).toEqual(['job-gone', 'pod-gone']);
});

test('what breaks the looking itself is thrown, unless it is to stop', async () => {
  async function* broken(): AsyncGenerator<undefined> {
    yield* [];
    throw new Error('no clock');
  }
  const deps = {} as Parameters<typeof reconcile>[0];
  await expect(reconcile(deps, new AbortController().signal, broken())).rejects.toThrow('no clock');
  await reconcile(deps, AbortSignal.abort(), broken());
});

test('what is back at the second look was never gone', async () => {
  const back = (): void =>
    seen(runningPod, {
      kind: 'job',
      known: 'watched',
      job: { ...IDENTITY, uid: 'job-1', name: 'x', createdAt: 0 },
    });
  expect((await looks({ steps: [() => seen(synced), back, nothing] })).told).toEqual([]);
});

test('nothing is missed before all of the stream and all of the cluster is known', async () => {
  expect((await looks({ steps: [nothing, nothing, nothing] })).told).toEqual([]);
  expect((await looks({ steps: [() => seen(synced), nothing], caughtUp: false })).told).toEqual([]);
  const lost = (): void => seen({ kind: 'lost', because: '503', at: NOW });
  expect(
    (await looks({ steps: [() => seen(synced, { kind: 'lost', because: '503', at: NOW }), lost, lost] })).told,
  ).toEqual([]);
});

test('J9: a pod on a node whose lease is over is told as lost, with the words of the cluster', async () => {
  nodes.note({ name: 'n', ready: false, message: 'Kubelet stopped posting node status.' }, NOW - 1_500);
  const { told } = await looks({ steps: [() => seen(runningPod, synced)] });
  const message = 'the node n has not been ready for 2 s: Kubelet stopped posting node status.';
  expect(told).toMatchObject([
    { type: 'pod-gone', attempt: 2, at: NOW, data: { podUid: 'pod-1', cause: 'node-lost', message } },
  ]);
});

test('an orphan is told and published; what fails at one look is told, and looked at again', async () => {
  const orphan = fact(
    'orphan',
    { evaluation: id, at: NOW },
    { object: 'job', uid: 'u', objectName: 'x', state: 'found', why: 'unaccepted', message: 'm' },
  );
  const away = new Error('the stream is away');
  const answers = [() => Promise.reject(away), () => Promise.resolve([orphan])];
  const look = (): Promise<FactOf<'orphan'>[]> => answers.shift()!();
  const { told, found, errors } = await looks({ steps: [() => seen(runningPod, synced), nothing], orphans: { look } });
  expect({ orphans: told.filter(({ type }) => type === 'orphan'), found, errors }).toEqual({
    orphans: [orphan],
    found: [orphan],
    errors: [away],
  });
});
