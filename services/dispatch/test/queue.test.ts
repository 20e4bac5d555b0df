import type { Fact, FactData } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { Queue, QUEUE_FACTS } from '../src/queue.ts';

/** Adds facts in stream order, as far as the queue asks the stream for them; every story's facts are told whole. */
function queueOf(...facts: Fact[]): Queue {
  const queue = new Queue();
  facts.forEach((fact, seq) => QUEUE_FACTS.includes(fact.type) && queue.add(fact, seq + 1, fact.at));
  return queue;
}
const factsOf = (story: Story): Fact[] => story.facts.map((told) => told.fact);
const VERDICT: FactData<'settled'> = {
  verdict: 'passed',
  reason: 'x',
  evidenceAt: 0,
  notOwed: [],
  evidence: { absent: [] },
};
const submitted = (byte: number, priority = 0): Fact => factsOf(new Story(testId(byte)).submitted({ priority }))[0]!;

describe('the queue', () => {
  test('serves in the order of acceptance, higher priorities first', () => {
    const plain = factsOf(new Story(testId(5)).submitted())[0]!;
    const queue = queueOf(submitted(1), submitted(2), submitted(3, 5), submitted(4, -1), plain);
    const order = [1, 2, 3, 4, 5].map(() => queue.take(0)?.submitted.evaluation);
    expect(order).toEqual([testId(3), testId(1), testId(2), testId(5), testId(4)]);
    expect(queue.take(0)).toBeUndefined();
  });

  test('counts a Job as holding a slot from its creation to its end, by facts alone', () => {
    const running = factsOf(new Story(testId(1)).running());
    expect(queueOf(...running).holding).toBe(1);
    expect(queueOf(...running, ...running).holding).toBe(1);
    expect(queueOf(...factsOf(new Story(testId(1)).running().ended())).holding).toBe(0);
    const ends = [
      new Story(testId(1)).tell('job-finished', { jobUid: 'job-1', succeeded: true, reason: '' }),
      new Story(testId(1)).tell('job-gone', { jobUid: 'job-1', message: 'deleted' }),
      new Story(testId(1)).tell('settled', VERDICT),
    ];
    for (const end of ends) expect(queueOf(...running, ...factsOf(end)).holding, factsOf(end)[0]?.type).toBe(0);
  });

  test('never hands out what has a Job, was refused or is settled', () => {
    const refused = factsOf(new Story(testId(2)).submitted().tell('job-refused', { cause: 'denied', message: 'no' }));
    expect(queueOf(...factsOf(new Story(testId(1)).running()), ...refused).take(0)).toBeUndefined();
  });

  test('hands out a cancelled one, which needs a refusal', () => {
    const entry = queueOf(...factsOf(new Story(testId(1)).submitted().tell('cancel-requested', {}))).take(0);
    expect(entry?.cancelled).toBe(true);
  });

  test('gives an entry that could not be served its old place back', () => {
    const queue = queueOf(submitted(1), submitted(2));
    const first = queue.take(0)!;
    queue.giveBack(first, 0);
    expect([queue.length, queue.holding]).toEqual([2, 0]);
    expect(queue.take(0)).toBe(first);
  });

  test('forgets settled evaluations, and late facts about them bring nothing back', () => {
    const story = new Story(testId(1)).running().ended().tell('settled', VERDICT);
    const queue = queueOf(
      ...factsOf(story),
      ...factsOf(new Story(testId(1)).tell('job-finished', { jobUid: 'job-1', succeeded: true, reason: 'Completed' })),
    );
    expect([...queue.entries()]).toEqual([]);
    expect(queue.holding).toBe(0);
  });

  test('hands an attempt that is to be made again out at its old place, and facts of the first attempt do not end it', () => {
    const retried = new Story(testId(1)).running().ended({ reason: 'Error', signal: 'SIGKILL' }).retryOrdered();
    const late = new Story(testId(1)).tell('job-finished', { jobUid: 'job-1', succeeded: false, reason: 'Error' });
    const queue = queueOf(...factsOf(retried), submitted(2), ...factsOf(late));
    const entry = queue.take(0);
    expect(entry).toMatchObject({ attempt: 2, submitted: { evaluation: testId(1) }, over: false });
    expect(entry?.job).toBeUndefined();
    expect(queue.holding).toBe(1);
  });

  test('gives a flood in one queue and one tenant no more than its share', () => {
    const spec = (queue: string, tenant: string) => ({ queue, labels: { tenant } });
    const flood = Array.from({ length: 50 }, (_, i) => factsOf(new Story(testId(i + 1)).submitted(spec('a', 'x')))[0]!);
    const other = factsOf(new Story(testId(101)).submitted(spec('b', 'x')))[0]!;
    const neighbour = factsOf(new Story(testId(102)).submitted(spec('a', 'y')))[0]!;
    const queue = queueOf(...flood, other, neighbour);
    const served = Array.from({ length: 4 }, () => queue.take(0)?.submitted.evaluation);
    expect(served).toContain(testId(101));
    expect(served).toContain(testId(102));
    expect(queue.length).toBe(48);
  });

  test('gives the next slot to the queue and the tenant whose Jobs are over, not to those that were served before', () => {
    const spec = (queue: string, tenant: string) => ({ queue, labels: { tenant } });
    const [long, short] = [spec('a', 'x'), spec('b', 'x')];
    const taken = (...specs: readonly ReturnType<typeof spec>[]): Queue => {
      const queue = queueOf(...specs.flatMap((one, i) => factsOf(new Story(testId(i + 1)).submitted(one))));
      for (const _ of [1, 2]) queue.take(0);
      const end = new Story(testId(2)).tell('job-finished', { jobUid: 'x', succeeded: true, reason: '' });
      queue.add(factsOf(end)[0]!, 9, 0);
      return queue;
    };
    expect(taken(long, short, long, short).take(0)?.submitted.evaluation).toBe(testId(4));
    const neighbour = spec('a', 'y');
    expect(taken(long, neighbour, long, neighbour).take(0)?.submitted.evaluation).toBe(testId(4));
  });

  test('takes no warning for a quota that is about anything else', () => {
    const story = new Story(testId(1)).submitted().jobCreated();
    const warning = { object: 'job', uid: 'job-1', reason: 'FailedCreate', message: 'denied by a webhook' } as const;
    expect(queueOf(...factsOf(story.tell('cluster-warned', warning))).pods.limit).toBeUndefined();
    const other = { ...warning, quota: 'too-small' } as const;
    expect(queueOf(...factsOf(story.tell('cluster-warned', other))).pods.limit).toBeUndefined();
  });

  test('forgets what was compacted while it was being read, whatever of it was seen', () => {
    const queue = queueOf(submitted(1), ...factsOf(new Story(testId(2)).running()), submitted(3));
    for (const byte of [1, 2, 9]) queue.forget(testId(byte), 0);
    expect([queue.length, queue.holding]).toEqual([1, 0]);
    expect(queue.take(0)?.submitted.evaluation).toBe(testId(3));
    expect(queue.take(0)).toBeUndefined();
  });

  test('counts no pod that is told only after its end', () => {
    const queue = queueOf();
    for (const byte of [1, 2, 3]) {
      const running = factsOf(new Story(testId(byte)).running().ended());
      const pod = running.find(({ type }) => type === 'pod-created')!;
      for (const fact of [...running.filter((one) => one !== pod), pod]) queue.add(fact, byte, 0);
    }
    for (const fact of factsOf(new Story(testId(4)).submitted().jobCreated())) queue.add(fact, 9, 0);
    const warning = { object: 'job', uid: 'job-1', reason: 'FailedCreate', message: 'quota', quota: 'full' } as const;
    queue.add(factsOf(new Story(testId(4)).tell('cluster-warned', warning))[0]!, 10, 0);
    expect(queue.pods.limit).toBe(1);
  });
});
