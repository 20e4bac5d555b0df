import { defined, type FactData } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decide, fold, latestAttempt, nextDeadline, stagesOf, type StageState } from '../src/index.ts';

type Tell = (story: Story) => Story;

const MESSAGE = 'in its own words';
const created = (): Story => new Story().submitted().after(10).jobCreated();
const scheduled = (): Story => created().podCreated().podScheduled();
const waits =
  (reason: string): Tell =>
  (story) =>
    story.tell('container-waiting', { podUid: 'pod-1', reason, message: MESSAGE, permanent: false });
const warned =
  (uid: string): Tell =>
  (story) =>
    story.tell('cluster-warned', { object: 'pod', uid, reason: 'NodeNotReady', message: MESSAGE });
const delayed =
  (slotAt?: number): Tell =>
  (story) =>
    story.tell('dispatch-delayed', { cause: 'quota', detail: MESSAGE, ...defined({ slotAt }) });

/** The first hole of a story that nothing more is told of. */
function holeOf({ id, facts }: Story): FactData<'finding-raised'> {
  const evaluation = fold(id, facts);
  const [hole] = decide(evaluation, nextDeadline(evaluation) ?? 0);
  return hole?.data as FactData<'finding-raised'>;
}

describe('a hole says what is known of why', () => {
  const AT = Story.T0;
  test.for<[string, () => Story, string]>([
    ['queue', () => new Story().submitted(), 'dispatch has not taken it from the queue'],
    ['queue', () => delayed()(new Story().submitted()), MESSAGE],
    ['job.create', () => delayed(AT)(new Story().submitted()), MESSAGE],
    ['pod.create', created, 'no pod for the Job, and no event that says why'],
    ['pod.schedule', () => created().podCreated(), 'the scheduler has not said why'],
    [
      'pod.schedule',
      () => created().podCreated().tell('pod-unschedulable', { podUid: 'pod-1', message: MESSAGE }),
      MESSAGE,
    ],
    ['container.start', scheduled, 'the container waits, with no reason given'],
    ['container.start', () => waits('CreateContainerError')(scheduled()), `CreateContainerError: ${MESSAGE}`],
    [
      'container.run',
      () => new Story().running({ timeout: '1s' }),
      'no end after its time limit of 1s: hung, or its node is lost',
    ],
    [
      'container.run',
      () => warned('pod-1')(new Story().running({ timeout: '1s' })),
      `no end after its time limit of 1s: NodeNotReady: ${MESSAGE}`,
    ],
    [
      'container.run',
      () => warned('another')(new Story().running({ timeout: '1s' })),
      'no end after its time limit of 1s: hung, or its node is lost',
    ],
    ['log.capture', () => new Story().running().ended(), 'the log was never opened'],
    [
      'log.capture',
      () => new Story().running().tell('log-opened', { podUid: 'pod-1', containerId: 'c' }).ended(),
      'the capture did not come to an end',
    ],
    [
      'log.capture',
      () => new Story().running().tell('log-held-up', { podUid: 'pod-1', why: MESSAGE }).ended(),
      `the log store has no room: ${MESSAGE}`,
    ],
    [
      'report.read',
      () => new Story().running().ended().logClosed(),
      'the log is closed, but nobody read its test results',
    ],
  ])('%s: %s', ([stage, story, reason]) => {
    expect(holeOf(story())).toMatchObject({ stage, cause: 'missing', reason });
  });

  test('and of a Job that ended without a pod how it ended, with its words', () => {
    const finished = { jobUid: 'job-1', succeeded: false, reason: 'DeadlineExceeded' };
    expect(holeOf(created().tell('job-finished', { ...finished, message: MESSAGE })).reason).toBe(
      `the Job ended without a pod: DeadlineExceeded: ${MESSAGE}`,
    );
  });
});

describe('the verdict on a hole', () => {
  test('says why also when that was told only after the hole was found', () => {
    const story = created().after(31_000);
    const [found] = decide(fold(story.id, story.facts), story.now);
    expect(found).toMatchObject({ data: { reason: 'no pod for the Job, and no event that says why' } });
    story.facts.push({ fact: found!, storedAt: story.now });
    story.tell('cluster-warned', { object: 'job', uid: 'job-1', reason: 'FailedCreate', message: MESSAGE });
    const [verdict] = decide(fold(story.id, story.facts), story.now + 60_000);
    expect(verdict).toMatchObject({
      type: 'settled',
      data: { verdict: 'error', reason: `pod.create missing: FailedCreate: ${MESSAGE}` },
    });
  });
});

describe('a stage is owed', () => {
  /** A fact of a clock ten minutes behind ours, seen now. */
  const seenLate = (story: Story): Story => {
    const told = story.facts.at(-1)!;
    story.facts[story.facts.length - 1] = {
      ...told,
      fact: { ...told.fact, at: told.fact.at - 600_000, seenAt: told.fact.at },
    };
    return story;
  };

  test.for<[string, () => Story, number]>([
    ['a pod, from when we saw its Job', () => seenLate(created()), 30_000],
    ['its node, from when we saw the pod', () => seenLate(created().podCreated()), 300_000],
    ['its start, from when we saw its node', () => seenLate(scheduled()), 300_000],
    ['its log, from when we saw its end', () => seenLate(new Story().running().ended()), 30_000],
  ])('%s, whatever another clock says', ([, tell, owedMs]) => {
    const story = tell();
    expect(nextDeadline(fold(story.id, story.facts))).toBe(story.now + owedMs);
  });
});

test('times that are set count from the next look on', () => {
  const { id, facts, now } = created();
  const evaluation = fold(id, facts);
  expect(nextDeadline(evaluation)).toBe(now + 30_000);
  expect(nextDeadline(evaluation, { 'pod.create': { owedWithinMs: 5_000 } })).toBe(now + 5_000);
});

test('a quota that was full holds up the pod, and not what comes behind it', () => {
  const message = 'exceeded quota';
  const quota = { object: 'job', uid: 'job-1', reason: 'FailedCreate', message, quota: 'full' } as const;
  const story = created().tell('cluster-warned', quota).podCreated().podScheduled();
  const owed = nextDeadline(fold(story.id, story.facts))!;
  const [hole] = decide(fold(story.id, story.facts), owed);
  story.facts.push({ fact: hole!, storedAt: owed });
  expect(nextDeadline(fold(story.id, story.facts))).toBe(owed + 300_000);
});

describe('a stage whose own fact was lost is read from those that follow it', () => {
  const stagesWithout = (lost: string, story: Story): Map<string, StageState> => {
    const evaluation = fold(
      story.id,
      story.facts.filter(({ fact }) => fact.type !== lost),
    );
    return new Map(stagesOf(evaluation, latestAttempt(evaluation)).map((state) => [state.stage, state]));
  };
  const whole = (): Story =>
    new Story()
      .running()
      .after(1_000)
      .ended({ startedAt: Story.T0 + 100 })
      .logClosed()
      .reportRead();

  test.for([
    ['pod-created', 'pod.create', 35],
    ['pod-scheduled', 'pod.schedule', 135],
    ['container-started', 'container.start', 100],
  ] as const)('without %s, %s ended by then', ([lost, stage, ms]) => {
    const state = stagesWithout(lost, whole()).get(stage);
    expect(state?.outcome).toBe('ok');
    expect(Math.ceil(state!.end! - Story.T0)).toBe(ms);
  });

  test('and a container that ended without ever starting had a node', () => {
    const story = created().podCreated().neverStarted('no such file');
    const stages = stagesWithout('none', story);
    expect([stages.get('pod.schedule')?.outcome, stages.get('container.start')?.outcome]).toEqual(['ok', 'failed']);
  });

  test('the slot is the earliest that anybody claimed', () => {
    const at = Story.T0;
    const story = delayed(at + 7)(new Story().submitted()).tell('dispatch-delayed', {
      cause: 'throttled',
      detail: 'x',
      slotAt: at + 5,
    });
    expect(stagesWithout('none', story.after(10).jobCreated()).get('queue')?.end).toBe(at + 5);
  });
});
