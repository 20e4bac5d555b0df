import { factSubject, type Fact } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import type { Observation, PodSnapshot } from '@lacuna/cluster';
import { describe, expect, test } from 'vitest';
import { FactPublisher } from '../src/fact-publisher.ts';
import { factsOfPod } from '../src/facts-of.ts';
import { Inventory } from '../src/inventory.ts';
import { NodeLeases } from '../src/node-leases.ts';
import { watch } from '../src/watch.ts';

const POD_COUNT = 2_000;
const nothing = (): void => undefined;

const pod = (i: number): PodSnapshot => ({
  evaluation: testId(1),
  attempt: 1,
  name: `pod-${i}`,
  uid: `uid-${i}`,
  jobUid: `job-${i}`,
  createdAt: 1,
});
const podCreated = (i: number): Fact => factsOfPod(pod(i), 'relisted', 1)[0]!;

test('a listing of thousands goes out a few hundred at a time, all of it, a failure included; what has no room yet is not even read', async () => {
  let [read, onTheirWay, most, mostUnsaid] = [0, 0, 0, 0];
  const stored = new Set<string>();
  const failed: Fact[] = [];
  const unlucky = factSubject(podCreated(7));
  const publishFact = async (told: Fact) => {
    most = Math.max(most, ++onTheirWay);
    mostUnsaid = Math.max(mostUnsaid, read - stored.size);
    await new Promise(setImmediate);
    onTheirWay--;
    if (factSubject(told) === unlucky) throw new Error('no room');
    stored.add(factSubject(told));
    return { kind: 'stored', seq: 1 } as const;
  };
  const publisher = new FactPublisher(
    { publishFact },
    { onError: (_, told) => failed.push(told), onOtherEnd: () => undefined },
  );
  const cluster = {
    async *observe(): AsyncGenerator<Observation> {
      for (let i = 0; i < POD_COUNT; i++) {
        read++;
        yield { kind: 'pod', pod: pod(i), known: 'relisted' };
      }
    },
  };
  const report = { observed: nothing, lost: nothing, blind: nothing, drifted: nothing };
  const deps = { publisher, inventory: new Inventory(), nodes: new NodeLeases(1_000), report, now: () => 1 };
  await watch(cluster, deps, new AbortController().signal);
  await publisher.drained();
  expect(stored.size).toBe(POD_COUNT - 1);
  expect(failed.map(factSubject)).toEqual([unlucky]);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(256);
  // The one that has no room, and the one that was not stored.
  expect(mostUnsaid).toBeLessThanOrEqual(258);
});

test('what is known of an object is held as long as it is there', async () => {
  const published: string[] = [];
  const publishFact = async (told: Fact) => {
    published.push(factSubject(told));
    return { kind: 'stored', seq: 1 } as const;
  };
  const publisher = new FactPublisher({ publishFact }, { onError: () => undefined, onOtherEnd: () => undefined });
  const tellBoth = async (): Promise<number> => {
    for (const i of [1, 2]) void publisher.tell(`uid-${i}`, [podCreated(i)]);
    await publisher.drained();
    return published.length;
  };
  expect([await tellBoth(), await tellBoth()]).toEqual([2, 2]);
  publisher.keep((uid) => uid === 'uid-1');
  expect(await tellBoth()).toBe(3);
  expect(published.at(-1)).toBe(factSubject(podCreated(2)));
});

describe('a fact', () => {
  const ENDED = {
    ...pod(1),
    ended: { at: 2, reason: 'Error', exitCode: 1 },
    gone: { cause: 'deleted', message: 'x', at: 3 },
  } as const;
  const conflict = { kind: 'conflict', stored: podCreated(1) } as never;

  /** Tells it to a stream that answers so; gives the publisher, what came to the stream, and what was reported. */
  function published(answer: (told: Fact) => unknown) {
    const [sent, failed, others]: Fact[][] = [[], [], []];
    const publishFact = async (told: Fact) => {
      await new Promise(setImmediate);
      sent!.push(told);
      return answer(told) as never;
    };
    const publisher = new FactPublisher(
      { publishFact },
      { onError: (_, told) => failed!.push(told), onOtherEnd: (told) => others!.push(told) },
    );
    return { publisher, sent: sent!, failed: failed!, others: others! };
  }
  const stored = (): unknown => ({ kind: 'stored', seq: 1 });

  test('that could not be stored is told again with the next snapshot, and only that', async () => {
    let isAway = true;
    const { publisher, sent, failed } = published((told) => {
      if (isAway && told.type === 'pod-created') throw new Error('away');
      return stored();
    });
    const facts = factsOfPod(ENDED, 'watched', 9);
    void publisher.tell('uid-1', facts);
    await publisher.drained();
    expect(failed.map(({ type }) => type)).toEqual(['pod-created']);
    isAway = false;
    void publisher.tell('uid-1', facts);
    await publisher.drained();
    expect(sent.map(({ type }) => type).toSorted()).toEqual([
      'container-ended',
      'pod-created',
      'pod-created',
      'pod-gone',
    ]);
  });

  test('that a pod is gone goes out behind the end of its container, which says how', async () => {
    const { publisher, sent } = published(stored);
    for (const sending of publisher.tell('uid-1', factsOfPod(ENDED, 'watched', 9))) await sending;
    expect(sent.map(({ type }) => type)).toEqual(['pod-created', 'container-ended', 'pod-gone']);
  });

  test('J19: about another end of a container than the stream has is reported; about anything else it is the same again', async () => {
    const { publisher, others } = published(() => conflict);
    void publisher.tell('uid-1', factsOfPod(ENDED, 'watched', 9));
    await publisher.drained();
    expect(others.map(({ type }) => type)).toEqual(['container-ended']);
    const agreeing = published(stored);
    void agreeing.publisher.tell('uid-1', factsOfPod(ENDED, 'watched', 9));
    await agreeing.publisher.drained();
    expect(agreeing.others).toEqual([]);
  });

  test('that is the last about its object is told, and the object forgotten behind it', async () => {
    const { publisher, sent } = published(stored);
    for (let i = 0; i < 2; i++) {
      publisher.tellLast('uid-1', [podCreated(1)]);
      await publisher.drained();
      await new Promise(setImmediate);
    }
    expect(sent).toHaveLength(2);
    void publisher.tell('uid-1', [podCreated(1)]);
    publisher.forget('uid-1');
    void publisher.tell('uid-1', [podCreated(1)]);
    await publisher.drained();
    expect(sent).toHaveLength(4);
  });
});
