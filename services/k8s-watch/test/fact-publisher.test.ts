import { factSubject, type Fact } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import type { Observation, PodSnapshot } from '@lacuna/cluster';
import { expect, test } from 'vitest';
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
