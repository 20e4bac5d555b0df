import type { FactData } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decide, fold, join, latestAttempt, primaryPod, stagesOf } from '../src/index.ts';

type Ended = Partial<FactData<'container-ended'>>;

const SEAL = { v: 1, bytes: 100, lines: 3, sha256: 'a'.repeat(64), endedAt: 0, drainMs: 0 } as const;
const waiting = (): Story => new Story().submitted().jobCreated().podCreated().podScheduled();

/** What a run that ended so is broken by, and the verdict on it. */
function endOf(ended: Ended): { readonly cause?: string; readonly reason?: string; readonly verdict?: string } {
  const { id, facts, now } = new Story().running().after(1_000).ended(ended).logClosed().reportRead();
  const due = decide(fold(id, facts), now);
  const [run] = due.flatMap(({ type, data }) => (type === 'finding-raised' ? [data] : []));
  const { verdict } = due.at(-1)!.data as FactData<'settled'>;
  return { ...(run && { cause: run.cause, reason: run.reason }), verdict };
}

describe('the end of a container', () => {
  test.for<[string, Ended, ReturnType<typeof endOf>]>([
    ['SIGKILL', { signal: 'SIGKILL' }, { cause: 'killed', verdict: 'error' }],
    ['SIGTERM', { signal: 'SIGTERM' }, { cause: 'killed', verdict: 'error' }],
    ['SIGINT', { signal: 'SIGINT' }, { cause: 'killed', verdict: 'error' }],
    ['SIGHUP', { signal: 'SIGHUP' }, { cause: 'killed', verdict: 'error' }],
    ['SIGSEGV', { signal: 'SIGSEGV' }, { verdict: 'failed' }],
    ['SIGABRT', { signal: 'SIGABRT' }, { verdict: 'failed' }],
  ])('by %s is its own only when nobody else sends that', ([, ended, expected]) => {
    expect(endOf(ended)).toMatchObject(expected);
    expect(endOf(ended).cause).toBe(expected.cause);
  });

  test.for<[string, Ended, string]>([
    ['OOMKilled', { exitCode: 137 }, 'OOMKilled'],
    ['OOMKilled', { exitCode: 0 }, 'OOMKilled: a process of the container was killed; the command itself ended with 0'],
    ['OOMKilled', {}, 'OOMKilled'],
    ['Evicted', { exitCode: 137, message: 'The node was low on memory' }, 'Evicted: The node was low on memory'],
    ['Deleted', { exitCode: 143, message: JSON.stringify(SEAL) }, 'Deleted: the pod was deleted from outside'],
    ['Deleted', { exitCode: 143, message: 'last words' }, 'Deleted: last words'],
    ['Lost', { message: JSON.stringify(SEAL) }, 'Lost'],
  ])('by the cluster, %s, is told in words for people', ([reason, ended, expected]) => {
    expect(endOf({ reason, ...ended })).toMatchObject({ reason: expected, verdict: 'error' });
  });

  test.for<[string, Ended, string | undefined]>([
    ['the same exit code', { exitCode: 0, seal: { ...SEAL, exitCode: 0 } }, undefined],
    ['no exit code at all', { exitCode: 0, seal: SEAL }, undefined],
    ['another exit code', { exitCode: 0, seal: { ...SEAL, exitCode: 1 } }, 'exit-contradicted'],
    ['a signal', { exitCode: 0, seal: { ...SEAL, signal: 'SIGSEGV' } }, 'exit-contradicted'],
    ['the same signal', { signal: 'SIGSEGV', seal: { ...SEAL, signal: 'SIGSEGV' } }, undefined],
    ['another signal', { signal: 'SIGSEGV', seal: { ...SEAL, signal: 'SIGABRT' } }, 'exit-contradicted'],
  ])('is believed when the seal has %s or nothing against it', ([, ended, cause]) => {
    expect(endOf(ended).cause).toBe(cause);
  });

  test('is not believed when the command had run in the same pod before', () => {
    const reason =
      'the cluster ran the command 2 times in one pod, which Lacuna had not asked for; only the last is known';
    expect(endOf({ exitCode: 0, restarts: 1 })).toEqual({ cause: 'restarted', reason, verdict: 'error' });
  });

  test('that nobody could tell is not contradicted by a seal', () => {
    expect(endOf({ reason: 'Shutdown', seal: { ...SEAL, exitCode: 0 } })).toEqual({ verdict: 'incomplete' });
  });
});

describe('a container that did not start', () => {
  const due = ({ id, facts, now }: Story) => decide(fold(id, facts), now);

  test('because its pod left is broken by that', () => {
    const gone = { podUid: 'pod-1', cause: 'preempted', message: 'made room' } as const;
    expect(due(waiting().tell('pod-gone', gone))).toMatchObject([
      { data: { stage: 'container.start', cause: 'preempted', reason: 'made room' } },
      { data: { verdict: 'error', reason: 'container.start: made room' } },
    ]);
  });

  test('and says nothing about why, says that much', () => {
    const ended = { pod: 'p', podUid: 'pod-1', reason: 'AppArmor' };
    expect(due(waiting().tell('container-ended', ended))).toMatchObject([
      { data: { cause: 'start-error', reason: 'AppArmor: the container never started' } },
      { data: { verdict: 'error' } },
    ]);
  });

  test('was called hopeless, and ran after all, is not broken by that while the fact about its start is late', () => {
    const hopeless = { podUid: 'pod-1', reason: 'ErrImageNeverPull', message: 'not here', permanent: true };
    const story = waiting().tell('container-waiting', hopeless).ended();
    const { outcome } = stagesOf(fold(story.id, story.facts), latestAttempt(fold(story.id, story.facts)))[5]!;
    expect(outcome).toBe('open');
  });
});

describe('a log that is not sealed', () => {
  test.for([
    ['none', 'no-log', 'the log is none'],
    ['unsealed', 'unsealed', 'the log is unsealed'],
  ] as const)('but %s is a finding in the words of its statement, or in ours', ([state, cause, words]) => {
    const told = (statement: object) => {
      const { id, facts, now } = new Story()
        .running()
        .ended()
        .logClosed({ state, ...statement })
        .reportRead();
      return decide(fold(id, facts), now)[0]?.data;
    };
    expect(told({})).toMatchObject({ stage: 'log.capture', cause, reason: words });
    expect(told({ reason: 'as it was' })).toMatchObject({ cause, reason: 'as it was' });
  });
});

describe('a finding', () => {
  const missingPod = { known: 'inferred', data: { stage: 'pod.create', cause: 'missing' } };

  test('says since when, by when, and that it is inferred; and what comes late says so when it clears it', () => {
    const { id, facts, now } = new Story().submitted().after(10).jobCreated();
    const [missing] = decide(fold(id, facts), now + 31_000);
    expect(missing).toMatchObject({ ...missingPod, at: now + 31_000, data: { since: now, deadline: now + 30_000 } });
    const late = new Story().submitted().after(10).jobCreated().after(40_000).podCreated();
    const known = join(fold(id, late.facts), { fact: missing!, storedAt: now });
    expect(decide(known, late.now)).toMatchObject([
      { type: 'finding-cleared', at: late.now, known: 'inferred', attempt: 1, data: { evidence: 'it came late' } },
    ]);
  });

  test('of a stage that came late, and broken, says both', () => {
    const story = new Story().running({ timeout: '1s' });
    const [missing] = decide(fold(story.id, story.facts), story.now + 61_000);
    expect(missing).toMatchObject({ data: { stage: 'container.run', cause: 'missing' } });
    story.facts.push({ fact: missing!, storedAt: story.now });
    story.after(62_000).ended({ signal: 'SIGKILL', reason: 'Error' });
    const [cleared] = decide(fold(story.id, story.facts), story.now);
    expect(cleared?.data).toMatchObject({
      evidence: expect.stringMatching(/^it came late, and broken: killed/) as string,
    });
  });

  test('has words that the stream can hold', () => {
    const message = 'x'.repeat(8_000);
    const story = new Story().submitted().tell('job-refused', { cause: 'denied', message });
    const [denied] = decide(fold(story.id, story.facts), story.now);
    expect((denied!.data as FactData<'finding-raised'>).reason).toHaveLength(4_096);
  });

  test('is not raised behind a verdict, but for a second start, which is told even then, once', () => {
    const story = new Story().running().ended().logClosed().reportRead();
    const [verdict] = decide(fold(story.id, story.facts), story.now);
    story.facts.push({ fact: verdict!, storedAt: story.now });
    story.tell('pod-gone', { podUid: 'pod-1', cause: 'deleted', message: 'x' });
    expect(decide(fold(story.id, story.facts), story.now)).toEqual([]);
    story.podCreated('pod-2').started('pod-2');
    const due = decide(fold(story.id, story.facts), story.now);
    expect(due).toMatchObject([
      { at: story.now, data: { stage: 'pod.create', cause: 'duplicate-start', notOwed: [] } },
    ]);
    story.facts.push({ fact: due[0]!, storedAt: story.now });
    expect(decide(fold(story.id, story.facts), story.now)).toEqual([]);
  });

  test('of a second start is told beside another one', () => {
    const story = new Story().running({ timeout: '1s' });
    const [missing] = decide(fold(story.id, story.facts), story.now + 61_000);
    story.facts.push({ fact: missing!, storedAt: story.now });
    story.after(61_500).podCreated('pod-2').started('pod-2');
    const due = decide(fold(story.id, story.facts), story.now);
    expect(due.map(({ data }) => 'cause' in data && data.cause)).toEqual(['duplicate-start']);
  });

  test('is not raised behind the verdict on an evaluation that was cancelled before it had a Job, whatever became of that', () => {
    const story = new Story().submitted().tell('cancel-requested', {});
    story.tell('job-refused', { cause: 'cancelled', message: 'cancelled' });
    const [verdict] = decide(fold(story.id, story.facts), story.now);
    expect(verdict?.type).toBe('settled');
    story.facts.push({ fact: verdict!, storedAt: story.now });
    story.jobCreated().tell('job-gone', { jobUid: 'job-1', message: 'deleted' });
    expect(decide(fold(story.id, story.facts), story.now)).toEqual([]);
  });

  test('of a second attempt is raised and cleared as that one’s', () => {
    const lost = { podUid: 'pod-2', cause: 'node-lost', message: 'the node is silent' } as const;
    const story = new Story().running({ retries: 1 }).retryOrdered().madeToRun().tell('pod-gone', lost);
    const [raised] = decide(fold(story.id, story.facts), story.now);
    expect(raised).toMatchObject({ attempt: 2, data: { stage: 'container.run', cause: 'node-lost' } });
    story.facts.push({ fact: raised!, storedAt: story.now });
    story.after(1_000).ended();
    const evidence = 'it came to its own end after all';
    expect(decide(fold(story.id, story.facts), story.now)).toMatchObject([
      { attempt: 2, data: { cause: 'node-lost', evidence } },
    ]);
  });
});

test('a pod that left before it had a node is broken by that at once', () => {
  const gone = { podUid: 'pod-1', cause: 'deleted', message: 'somebody deleted it' } as const;
  const { id, facts, now } = new Story().submitted().jobCreated().podCreated().tell('pod-gone', gone);
  expect(decide(fold(id, facts), now)).toMatchObject([
    { data: { stage: 'pod.schedule', cause: 'deleted' } },
    { data: { verdict: 'error', reason: 'pod.schedule: somebody deleted it' } },
  ]);
});

test('a hole that was filled does not hide the next one', () => {
  const story = new Story().submitted().after(10).jobCreated();
  const [missing] = decide(fold(story.id, story.facts), story.now + 31_000);
  story.facts.push({ fact: missing!, storedAt: story.now });
  story.after(40_000).podCreated().podScheduled().started().ended();
  const [cleared] = decide(fold(story.id, story.facts), story.now);
  story.facts.push({ fact: cleared!, storedAt: story.now });
  expect([cleared?.type, decide(fold(story.id, story.facts), story.now)]).toEqual(['finding-cleared', []]);
  expect(decide(fold(story.id, story.facts), story.now + 31_000)).toMatchObject([
    { type: 'finding-raised', data: { stage: 'log.capture', cause: 'missing' } },
  ]);
});

describe('the pod that stands for an attempt', () => {
  const created = (...pods: readonly (readonly [uid: string, afterMs: number])[]): string | undefined => {
    const { id, facts } = pods.reduce(
      (story, [uid, ms]) => story.after(ms).podCreated(uid),
      new Story().submitted().jobCreated(),
    );
    const evaluations = [fold(id, facts), fold(id, facts.toReversed())];
    const [one, other] = evaluations.map((evaluation) => primaryPod(latestAttempt(evaluation))?.uid);
    expect(one).toBe(other);
    return one;
  };

  test('is the first that was created; of two in one moment every reader picks the same', () => {
    expect(created(['b', 0], ['a', 5])).toBe('b');
    expect(created(['a', 0], ['b', 5])).toBe('a');
    expect(created(['b', 0], ['a', 0], ['c', 0])).toBe('a');
  });

  test('is one that is known to be created before one that is not', () => {
    const { id, facts } = new Story().submitted().jobCreated().started('a').podCreated('b');
    expect(primaryPod(latestAttempt(fold(id, facts)))?.uid).toBe('b');
  });

  test('may be known before its Job is', () => {
    const { id, facts } = new Story().submitted().podCreated('a');
    expect(primaryPod(latestAttempt(fold(id, facts)))?.uid).toBe('a');
  });
});
