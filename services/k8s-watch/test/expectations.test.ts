import type { Observation } from '@lacuna/cluster';
import { fact, type Fact, type FactData, type FactType } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { fold, type Recorded } from '@lacuna/lifecycle';
import { describe, expect, test } from 'vitest';
import { Expectations } from '../src/expectations.ts';
import { Inventory, type Present } from '../src/inventory.ts';
import { NodeLeases } from '../src/node-leases.ts';
import { orphanOf } from '../src/orphan-of.ts';
import { Orphans } from '../src/orphans.ts';

const T0 = Story.T0;
const { id } = new Story();
const IDENTITY = { evaluation: id, attempt: 1 };
const VERDICT: FactData<'settled'> = {
  verdict: 'error',
  reason: 'x',
  evidenceAt: 0,
  notOwed: [],
  evidence: { absent: [] },
};

const job = (uid = 'job-1'): Observation => ({
  kind: 'job',
  job: { ...IDENTITY, uid, name: `${id}-a1`, createdAt: T0 },
  known: 'watched',
});
const pod = (more: object = {}): Observation => ({
  kind: 'pod',
  pod: { ...IDENTITY, uid: 'pod-1', name: `${id}-a1-x`, jobUid: 'job-1', createdAt: T0, ...more },
  known: 'watched',
});
const vanished = (uid: string): Observation => ({ kind: 'vanished', object: 'pod', uid, identity: IDENTITY, at: T0 });
const synced = (at: number): Observation => ({ kind: 'synced', at });

function inventory(...observations: readonly Observation[]): Inventory {
  const seen = new Inventory();
  for (const observation of observations) seen.note(observation);
  return seen;
}

function expectations(facts: readonly Recorded[]): Expectations {
  const expected = new Expectations();
  for (const recorded of facts) expected.add(recorded);
  return expected;
}

const missing = (story: Story, seen: Inventory): string[] =>
  [...expectations(story.facts).missingFrom(seen)].map(({ uid }) => uid);

describe('what should be there and is not', () => {
  test('W8: is a Job and a pod that a listing does not have, though the stream had them long before', () => {
    expect(missing(new Story().running(), inventory(synced(T0 + 60_000)))).toEqual(['job-1', 'pod-1']);
  });

  test('W4: is nothing that only the watch has not told: it may be silent without anybody knowing', () => {
    expect(missing(new Story().running(), inventory(synced(T0 - 60_000)))).toEqual([]);
  });

  test('is what was seen to vanish', () => {
    const seen = inventory(synced(T0 - 60_000), job(), pod(), vanished('pod-1'));
    expect(missing(new Story().running(), seen)).toEqual(['pod-1']);
    seen.forgetVanished(() => false);
    expect(missing(new Story().running(), seen)).toEqual([]);
  });

  test('W15: is nothing that another watcher told while the listing was under way', () => {
    expect(missing(new Story().running(), inventory(synced(T0)))).toEqual([]);
  });

  test('W11: is nothing whose end is known, in whatever order the facts came', () => {
    const ended = new Story().running().ended().tell('job-finished', { jobUid: 'job-1', succeeded: true, reason: 'x' });
    const seen = inventory(synced(T0 + 60_000));
    const [submitted, ...observed] = ended.facts;
    expect([...expectations([submitted!, ...observed.toReversed()]).missingFrom(seen)]).toEqual([]);
    expect(missing(new Story().running().tell('settled', VERDICT), seen)).toEqual([]);
  });
});

test('what is told of a settled evaluation does not make it open again', async () => {
  const settled = new Story().running().tell('settled', VERDICT);
  settled.tell('job-finished', { jobUid: 'job-1', succeeded: true, reason: 'Complete' });
  const JOB: Present = { object: 'job', uid: 'job-1', name: 'x', identity: IDENTITY, jobUid: 'job-1' };
  expect(expectations(new Story().running().facts).accountsFor(JOB)).toBe(true);
  expect(expectations(settled.facts).accountsFor(JOB)).toBe(false);

  // Compacted while it was being read: its verdict was not delivered, only that there is a record.
  const expected = new Expectations();
  const bus = {
    async *followOpen() {
      for (const [i, told] of new Story().running().facts.entries()) yield { ...told, seq: i + 1 };
      yield { kind: 'compacted', evaluation: id } as const;
    },
  };
  await expected.follow(bus, AbortSignal.timeout(5_000));
  expect(expected.accountsFor(JOB)).toBe(false);
});

test('whatever tells that a Job or a pod is over is heard from the stream, and an orphan that is told of is known', async () => {
  const followed = async (...told: readonly Story[]): Promise<Expectations> => {
    const facts = told.flatMap((story) => story.facts);
    const expected = new Expectations();
    const bus = {
      async *followOpen({ types = [] }: { readonly types?: readonly FactType[] }) {
        for (const [i, one] of facts.entries()) if (types.includes(one.fact.type)) yield { ...one, seq: i + 1 };
      },
    };
    await expected.follow(bus, AbortSignal.timeout(5_000));
    return expected;
  };
  const left = async (end: Story): Promise<string[]> => {
    const expected = await followed(new Story().running(), end);
    return [...expected.missingFrom(inventory(synced(T0 + 60_000)))].map(({ uid }) => uid);
  };
  expect(await left(new Story())).toEqual(['job-1', 'pod-1']);
  expect(await left(new Story().tell('job-finished', { jobUid: 'job-1', succeeded: true, reason: 'x' }))).toEqual([
    'pod-1',
  ]);
  expect(await left(new Story().tell('job-gone', { jobUid: 'job-1', message: 'x' }))).toEqual(['pod-1']);
  expect(await left(new Story().tell('pod-gone', { podUid: 'pod-1', cause: 'deleted', message: 'x' }))).toEqual([
    'job-1',
  ]);
  expect(await left(new Story().ended())).toEqual(['job-1']);
  expect(await left(new Story().tell('settled', VERDICT))).toEqual([]);
  const why = { state: 'found', why: 'unaccepted', message: 'm' } as const;
  const orphan = new Story().tell('orphan', { object: 'job', uid: 'u', objectName: 'x', ...why });
  expect((await followed(orphan)).isOrphan('u')).toBe(true);
});

test('W13: the inventory is not whole from a loss until the next listing', () => {
  const seen = inventory(synced(T0));
  expect(seen.isWhole).toBe(true);
  seen.note({ kind: 'lost', because: '503', at: T0 });
  expect(seen.isWhole).toBe(false);
});

describe('J30: an object that no open evaluation accounts for', () => {
  const JOB: Present = { object: 'job', uid: 'job-1', name: `${id}-a1`, identity: IDENTITY, jobUid: 'job-1' };
  const judged = (story: Story, object: Present = JOB) => orphanOf(object, fold(story.id, story.facts))?.why;
  const created = () => new Story().submitted().jobCreated();

  test('of an evaluation that nobody accepted is an orphan', () => {
    expect(judged(new Story())).toBe('unaccepted');
  });

  test('is not one while dispatch may not have said yet that it created it', () => {
    expect(judged(new Story().submitted())).toBeUndefined();
  });

  test('beside the Job that was created is foreign, and so is a pod that no Job owns', () => {
    expect(judged(created(), { ...JOB, uid: 'other', jobUid: 'other' })).toBe('foreign');
    expect(judged(created(), { ...JOB, object: 'pod', uid: 'bare', jobUid: '' })).toBe('foreign');
  });

  test('of a settled evaluation is left behind, but not as long as its log is read', () => {
    expect(judged(created().tell('settled', VERDICT))).toBe('left-behind');
    expect(judged(new Story().running().tell('settled', VERDICT))).toBeUndefined();
    expect(judged(new Story().submitted().tell('settled', VERDICT))).toBe('left-behind');
  });

  /** Looks at some times; dispatch's removals are then as far as `doneSeq` says. */
  async function look(
    seen: Inventory,
    stored: readonly Recorded[],
    times: readonly number[],
    doneSeq: (now: number) => number = () => Infinity,
  ): Promise<Fact[]> {
    const expected = expectations(stored);
    let now = 0;
    const bus = {
      readFacts: async () => stored.map((one, seq) => ({ ...one, seq, subject: '' })),
      doneUpTo: async () => [{ consumer: 'dispatch-clean-up', seq: doneSeq(now) }],
    };
    const orphans = new Orphans({ bus, inventory: seen, expectations: expected, afterMs: 100, removalMs: 1_000 });
    const told: Fact[] = [];
    for (now of times) {
      const due = await orphans.look(now);
      for (const orphan of due) expected.add({ fact: orphan, storedAt: now });
      told.push(...due);
    }
    return told;
  }

  test('is told once, after its time, and told as gone when it is gone', async () => {
    const seen = inventory(synced(T0), job());
    expect(await look(seen, [], [T0, T0 + 99])).toEqual([]);
    const [found, ...more] = await look(seen, [], [T0, T0 + 100, T0 + 200, T0 + 300]);
    expect(found).toMatchObject({ type: 'orphan', known: 'inferred', data: { state: 'found', uid: 'job-1' } });
    expect(more).toEqual([]);
    const after = await look(inventory(synced(T0)), [{ fact: found!, storedAt: T0 }], [T0, T0 + 100]);
    expect(after).toMatchObject([{ type: 'orphan', data: { state: 'gone', uid: 'job-1', why: 'unaccepted' } }]);
  });

  describe('of a settled evaluation', () => {
    const settled = created().tell('settled', VERDICT).facts;
    const settledAt = settled.at(-1)!.storedAt;
    const every = (ms: number, toMs: number) => Array.from({ length: toMs / ms + 1 }, (_, i) => settledAt + i * ms);
    const foundAt = async (toMs: number, doneSeq: (now: number) => number): Promise<number[]> =>
      (await look(inventory(synced(T0), job()), settled, every(20, toMs), doneSeq)).map(({ at }) => at - settledAt);

    test('is left behind when its removal was done and it is still there', async () => {
      expect(await foundAt(400, () => Infinity)).toEqual([100]);
      expect(await foundAt(400, () => settled.length - 1)).toEqual([100]);
    });

    test('is not while its removal is still in the line of dispatch, and then has its time', async () => {
      expect(await foundAt(900, () => settled.length - 2)).toEqual([]);
      const [at, ...more] = await foundAt(900, (now) => (now < settledAt + 300 ? 0 : settled.length - 1));
      expect(at).toBeGreaterThanOrEqual(400);
      expect(at).toBeLessThanOrEqual(500);
      expect(more).toEqual([]);
    });

    test('is all the same when its removal does not come in the end', async () => {
      expect(await foundAt(2_000, () => 0)).toEqual([1_000]);
    });
  });

  test('is never what an open evaluation accounts for', async () => {
    expect(await look(inventory(synced(T0), job(), pod()), created().facts, [T0, T0 + 1_000])).toEqual([]);
  });
});

describe('J9: a node that is not ready', () => {
  const RUNS = { scheduled: { node: 'n', at: T0 }, started: { containerId: 'c', at: T0 } };
  const silent = { name: 'n', ready: false, message: 'Kubelet stopped posting node status.' };

  test('has lost the pods that ran on it when our own lease is over, and not before', () => {
    const nodes = new NodeLeases(1_000);
    nodes.note(silent, T0);
    nodes.note(silent, T0 + 900);
    const seen = inventory(pod(RUNS));
    expect(nodes.lostPods(seen, T0 + 999)).toEqual([]);
    expect(nodes.lostPods(seen, T0 + 1_000)).toMatchObject([
      { uid: 'pod-1', fact: { type: 'pod-gone', known: 'inferred', data: { cause: 'node-lost' } } },
    ]);
  });

  test('J29: and is ready again has lost nothing', () => {
    const nodes = new NodeLeases(1_000);
    nodes.note(silent, T0);
    nodes.note({ ...silent, ready: true }, T0 + 900);
    nodes.note(silent, T0 + 950);
    expect(nodes.lostPods(inventory(pod(RUNS)), T0 + 1_500)).toEqual([]);
  });

  test('has lost no pod that has ended, that is gone, or of which nothing had begun', () => {
    const nodes = new NodeLeases(1_000);
    nodes.note(silent, T0);
    const ended = { ...RUNS, ended: { at: T0, reason: 'Completed', exitCode: 0 } };
    const gone = { ...RUNS, gone: { at: T0, cause: 'evicted', message: 'x' } };
    const { scheduled } = RUNS;
    for (const state of [ended, gone, { scheduled }])
      expect(nodes.lostPods(inventory(pod(state)), T0 + 5_000)).toEqual([]);
    expect(nodes.lostPods(inventory(pod(RUNS)), T0 + 5_000)).toHaveLength(1);
  });
});

test('an orphan of an id is no fact about an evaluation', () => {
  const orphan = fact(
    'orphan',
    { evaluation: id, at: T0 },
    { object: 'job', uid: 'u', objectName: 'x', state: 'found', why: 'unaccepted', message: 'm' },
  );
  expect(fold(id, [{ fact: orphan, storedAt: T0 }])).toEqual(fold(id, []));
});
