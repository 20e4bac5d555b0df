import { fact, factSubject, type Fact } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { expect, test } from 'vitest';
import { FactPublisher } from '../src/fact-publisher.ts';

const POD_COUNT = 2_000;

const podCreated = (i: number): Fact =>
  fact('pod-created', { evaluation: testId(1), at: 1 }, { pod: `pod-${i}`, podUid: `uid-${i}`, jobUid: `job-${i}` });

test('a listing of thousands goes out a few hundred at a time, all of it, a failure included', async () => {
  let onTheirWay = 0;
  let most = 0;
  const stored = new Set<string>();
  const failed: Fact[] = [];
  const unlucky = podCreated(7);
  const publishFact = async (told: Fact) => {
    most = Math.max(most, ++onTheirWay);
    await new Promise(setImmediate);
    onTheirWay--;
    if (told === unlucky) throw new Error('no room');
    stored.add(factSubject(told));
    return { kind: 'stored', seq: 1 } as const;
  };
  const publisher = new FactPublisher(
    { publishFact },
    { onError: (_, told) => failed.push(told), onOtherEnd: () => undefined },
  );
  for (let i = 0; i < POD_COUNT; i++) void publisher.tell(`uid-${i}`, [i === 7 ? unlucky : podCreated(i)]);
  await publisher.drained();
  expect(stored.size).toBe(POD_COUNT - 1);
  expect(failed).toEqual([unlucky]);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(256);
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
