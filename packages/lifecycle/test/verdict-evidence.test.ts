import { type Deadlines, type Fact } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decide, fold, join, nextDeadline, type Evaluation } from '../src/index.ts';
import { STORIES } from '../testing/index.ts';

const MINUTE_MS = 60_000;

/** What is known when all is published that is due, from the last fact until there is a verdict. */
function settled({ id, facts, now: last }: Story, deadlines: Deadlines = {}): Evaluation {
  let evaluation = fold(id, facts);
  let now = last;
  for (let step = 0; evaluation.settled === undefined && step < 20; step++) {
    for (const fact of decide(evaluation, now, deadlines)) evaluation = join(evaluation, { fact, storedAt: now });
    now = Math.max(now, nextDeadline(evaluation, deadlines) ?? now);
  }
  return evaluation;
}

const verdictOf = (story: Story): string | undefined => settled(story).settled?.data.verdict;
const reasonOf = (story: Story): string | undefined => settled(story).settled?.data.reason;
const typesOf = (facts: readonly Fact[]): string[] => facts.map(({ type }) => type);

describe('a verdict', () => {
  test('says since when its evidence was there, and that nothing was left out', () => {
    const story = STORIES.passed();
    const read = story.now;
    const { data } = settled(story.after(5_000)).settled ?? {};
    expect(data).toMatchObject({ evidenceAt: read, notOwed: [] });
  });

  test('behind a hole says when that was told, and names each stage that was never reached and is no hole', () => {
    const story = STORIES.noPod();
    const evaluation = settled(story);
    const [finding] = Object.values(evaluation.findings);
    expect(evaluation.settled?.data.evidenceAt).toBe(finding?.raised?.at);
    expect(evaluation.settled?.data.notOwed).toEqual([
      'pod.schedule',
      'container.start',
      'container.run',
      'log.capture',
      'report.read',
    ]);
  });

  test('has a reason that the stream can hold, however long the words of the cluster are', () => {
    const story = new Story().submitted().tell('job-refused', { cause: 'denied', message: 'x'.repeat(8_000) });
    expect(settled(story).settled?.data.reason).toHaveLength(4_096);
  });

  test('waits for what is owed by the times that were set, and for no others', () => {
    const deadlines = { 'pod.create': { owedWithinMs: 5_000, graceMs: 7_000 } } satisfies Deadlines;
    const story = STORIES.noPod();
    const created = story.now - 5;
    const evaluation = settled(story, deadlines);
    expect(evaluation.settled?.at).toBe(created + 12_000);
  });

  test('of a run without test results to be read waits for none', () => {
    expect(verdictOf(new Story().running({ report: 'none' }).ended().logClosed())).toBe('passed');
  });

  test('is incomplete when nobody reads the results that are owed', () => {
    const story = new Story().running().ended().logClosed();
    expect([verdictOf(story), reasonOf(story)]).toEqual([
      'incomplete',
      'report.read missing: the log is closed, but nobody read its test results',
    ]);
  });

  test('is incomplete when it ended, and nobody saw how', () => {
    const story = new Story().running().ended({ reason: 'Shutdown' }).logClosed().reportRead();
    expect([verdictOf(story), reasonOf(story)]).toEqual(['incomplete', 'nobody saw how the program exited']);
  });

  test('is that of the Job that was made after all, when another replica was refused', () => {
    const story = STORIES.passed().tell('job-refused', { cause: 'denied', message: 'no' });
    expect(verdictOf(story)).toBe('passed');
  });
});

describe('a pod that came late', () => {
  test('has all the time that its program may take', () => {
    const story = new Story().submitted({ timeout: '1h' }).after(10).jobCreated();
    let evaluation = settledUntil(story, 45_000);
    story.after(45_000).podCreated().podScheduled().started();
    for (const told of story.facts) evaluation = join(evaluation, told);
    for (const minutes of [1, 10, 50])
      for (const fact of decide(evaluation, story.now + minutes * MINUTE_MS)) {
        expect(fact.type).toBe('finding-cleared');
        evaluation = join(evaluation, { fact, storedAt: story.now + minutes * MINUTE_MS });
      }
    const { facts } = story
      .after(50 * MINUTE_MS)
      .ended()
      .logClosed()
      .reportRead();
    evaluation = facts.reduce(join, evaluation);
    expect(decide(evaluation, story.now)).toMatchObject([{ type: 'settled', data: { verdict: 'passed' } }]);
  });

  /** What is known when a hole was told that long after the story. */
  function settledUntil({ id, facts, now }: Story, laterMs: number): Evaluation {
    const due = decide(fold(id, facts), now + laterMs);
    expect(typesOf(due)).toEqual(['finding-raised']);
    return due.reduce((known, fact) => join(known, { fact, storedAt: now + laterMs }), fold(id, facts));
  }
});

describe('a cancellation', () => {
  const cancel = (story: Story): Story => story.tell('cancel-requested', {});

  test('is the verdict when the Job ended by it before it had a pod', () => {
    const story = cancel(new Story().submitted().jobCreated());
    expect(decide(fold(story.id, story.facts), story.now)).toEqual([]);
    story.tell('job-finished', { jobUid: 'job-1', succeeded: false, reason: 'Stopped' });
    expect([verdictOf(story), reasonOf(story)]).toEqual(['cancelled', 'cancelled before it had a pod']);
  });

  test('is the verdict when the pod ended by it before its program started', () => {
    const story = cancel(new Story().submitted().jobCreated().podCreated());
    story.tell('container-ended', { pod: 'p', podUid: 'pod-1', reason: 'Stopped' });
    expect([verdictOf(story), reasonOf(story)]).toEqual(['cancelled', 'cancelled before it started']);
  });

  test('of a program that runs waits for its end, although its Job says that it is over', () => {
    const story = cancel(new Story().running());
    story.tell('job-finished', { jobUid: 'job-1', succeeded: false, reason: 'Stopped' });
    expect(decide(fold(story.id, story.facts), story.now)).toEqual([]);
  });

  test('that came too late changes nothing of what the program did', () => {
    const story = cancel(new Story().running()).ended().logClosed().reportRead();
    expect(verdictOf(story)).toBe('passed');
    expect(verdictOf(cancel(new Story().running()).ended({ signal: 'SIGKILL' }).logClosed().reportRead())).toBe(
      'error',
    );
  });

  test('is nobody’s excuse for a Job that ended by itself without a pod', () => {
    const story = new Story().submitted().jobCreated();
    story.tell('job-finished', { jobUid: 'job-1', succeeded: false, reason: 'DeadlineExceeded' });
    expect([verdictOf(story), reasonOf(story)]).toEqual([
      'error',
      'pod.create missing: the Job ended without a pod: DeadlineExceeded',
    ]);
  });
});

describe('a Job that somebody deleted before it had a pod', () => {
  const deleted = (): Story =>
    new Story().submitted().jobCreated().tell('job-gone', { jobUid: 'job-1', message: 'the Job was deleted' });

  test('is broken at once, by that', () => {
    const story = deleted();
    expect(decide(fold(story.id, story.facts), story.now)).toMatchObject([
      { type: 'finding-raised', data: { stage: 'pod.create', cause: 'deleted', reason: 'the Job was deleted' } },
      { type: 'settled', data: { verdict: 'error', reason: 'pod.create: the Job was deleted' } },
    ]);
  });

  test('is not broken when it had one, of which only the fact comes late', () => {
    const story = deleted().podCreated();
    expect(decide(fold(story.id, story.facts), story.now)).toEqual([]);
  });
});

describe('a second pod', () => {
  test('that never started is no second run', () => {
    const story = new Story().running().podCreated('pod-0').ended().logClosed().reportRead();
    // By its uid it would come first, but it was created later.
    expect(verdictOf(story)).toBe('passed');
  });

  test('that started is named beside the first, and the verdict says so though no log was closed', () => {
    const story = new Story().running().podCreated('pod-0').started('pod-0').ended();
    expect([verdictOf(story), reasonOf(story)]).toEqual([
      'incomplete',
      'the cluster started 2 pods for one Job: pod-0, pod-1',
    ]);
  });

  test('of two that never end ends the wait all the same', () => {
    const story = new Story().running({ timeout: '1s' }).podCreated('pod-2').started('pod-2');
    expect([verdictOf(story), reasonOf(story)]).toEqual([
      'error',
      'pod.create duplicate-start: the cluster started 2 pods for one Job: pod-1, pod-2',
    ]);
  });
});
