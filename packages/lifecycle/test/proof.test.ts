import { LOG_STATES, type Fact } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, fold, join, latestAttempt, nextDeadline, primaryPod, type Evaluation } from '../src/index.ts';
import { podsOf, startOf } from '../src/evaluation.ts';

type Tell = (story: Story) => Story;

const message = 'why';
const EXIT_7 = { v: 1, bytes: 100, lines: 3, sha256: 'a'.repeat(64), exitCode: 7, endedAt: 0, drainMs: 0 } as const;
const REASONS = [
  'Completed',
  'Error',
  'OOMKilled',
  'DeadlineExceeded',
  'Deleted',
  'Evicted',
  'Lost',
  'Stopped',
] as const;
const EXITS = [{ exitCode: 0 }, { exitCode: 1 }, { signal: 'SIGKILL' }, { signal: 'SIGSEGV' }, {}] as const;

/** All that may be told of an evaluation, in any choice and any order: lost facts, late ones, and such as contradict each other. */
const anyTelling = fc.constantFrom<Tell>(
  (story) => story.jobCreated(),
  (story) => story.tell('job-refused', { cause: 'denied', message }),
  (story) => story.tell('job-finished', { jobUid: 'job-1', succeeded: true, reason: 'Complete' }),
  (story) => story.tell('job-gone', { jobUid: 'job-1', message }),
  (story) => story.tell('cancel-requested', {}),
  (story) => story.podCreated(),
  (story) => story.podCreated('pod-2'),
  (story) => story.podScheduled(),
  (story) => story.started(),
  (story) => story.started('pod-2'),
  (story) => story.tell('container-waiting', { podUid: 'pod-1', reason: 'InvalidImageName', message, permanent: true }),
  (story) => story.neverStarted(message),
  (story) => story.tell('container-ended', { pod: 'p', podUid: 'pod-1', reason: 'Stopped' }),
  (story) => story.ended({ seal: EXIT_7, exitCode: 0 }),
  ...REASONS.flatMap((reason) => EXITS.map((exit) => (story: Story) => story.ended({ reason, ...exit }))),
  ...(['deleted', 'evicted', 'node-lost', 'unknown'] as const).map(
    (cause) => (story: Story) => story.tell('pod-gone', { podUid: 'pod-1', cause, message }),
  ),
  ...LOG_STATES.map((state) => (story: Story) => story.logClosed({ state })),
  (story) => story.reportRead(),
  (story) => story.reportRead({ collected: 25, passed: 25 }),
  (story) => story.reportRead({ collected: 25, passed: 17, summary: 'missing' }),
  (story) => story.reportRead({ collected: 2, passed: 1, failed: 1 }),
);
/** Mostly of a program that ran well, so that a proof is within reach. */
const anyStory = fc
  .record({
    begin: fc.constantFrom<Tell>(
      (story) => story.running().ended().logClosed().reportRead(),
      (story) => story.running().ended().logClosed(),
      (story) => story.running().ended(),
      (story) => story.running({ retries: 1 }),
      (story) => story.submitted(),
    ),
    rest: fc.array(fc.tuple(anyTelling, fc.constantFrom(0, 10, 60_000, 3_600_000)), { maxLength: 8 }),
    lost: fc.nat({ max: 20 }),
  })
  .map(({ begin, rest, lost }) => {
    const story = begin(new Story());
    for (const [tell, later] of rest) tell(story.after(later));
    const facts = story.facts.filter(({ fact }, i) => i !== lost || fact.type === 'submitted');
    return { id: story.id, facts };
  });

/** What is known at the verdict, when all is published that facts and time call for as they come. */
function settledOf({ id, facts }: { id: Story['id']; facts: Story['facts'] }): Evaluation {
  let evaluation = fold(id, []);
  let now = 0;
  const publish = (): void => {
    for (const fact of decide(evaluation, now)) evaluation = join(evaluation, { fact, storedAt: now });
  };
  for (const told of facts) {
    if (evaluation.settled !== undefined) return evaluation;
    for (let next = nextDeadline(evaluation); next !== undefined && next < told.storedAt; next = undefined) {
      now = next;
      publish();
    }
    now = told.storedAt;
    evaluation = join(evaluation, told);
    publish();
  }
  for (let step = 0; evaluation.settled === undefined && step < 30; step++) {
    now = Math.max(now, nextDeadline(evaluation) ?? now);
    publish();
  }
  return evaluation;
}

/** What speaks against a verdict that tells of the program itself. */
function unproven(evaluation: Evaluation): string[] {
  const { verdict, evidence } = evaluation.settled?.data ?? {};
  if (verdict === undefined) return ['no verdict'];
  if (verdict !== 'passed' && verdict !== 'failed') return [];
  const attempt = latestAttempt(evaluation);
  const { ended, report } = primaryPod(attempt) ?? {};
  const { failed = 0, errored = 0, summary = 'agrees' } = report?.data.report ?? {};
  const exit = ended?.data.signal ?? ended?.data.exitCode;
  const proofs = {
    'one run': podsOf(attempt).filter((pod) => startOf(pod) !== undefined).length === 1,
    'an end of its own': ended?.data.reason === 'Completed' || ended?.data.reason === 'Error',
    'an exit that agrees':
      verdict === 'passed' ? exit === 0 && failed + errored === 0 : exit !== undefined && exit !== 0,
    'a sealed log': evidence?.log === 'sealed',
    'results that add up': report !== undefined && summary === 'agrees',
  };
  return Object.entries(proofs).flatMap(([what, isThere]) => (isThere ? [] : [`${verdict} without ${what}`]));
}

test('whatever is told, lost or contradicted: there is a verdict, and passed and failed are proven', () => {
  fc.assert(
    fc.property(anyStory, (story) => {
      expect(unproven(settledOf(story))).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

test('a hole that was filled and is there again, for the same cause, does not hide for ever what is behind it', () => {
  // Only a hand-made history has two ends of one container.
  const story = new Story()
    .running()
    .tell('pod-gone', { podUid: 'pod-1', cause: 'deleted', message })
    .after(10)
    .ended({ reason: 'OOMKilled', exitCode: 137 });
  const last = story.facts.at(-1);
  story.after(10).facts.push({
    fact: { ...last!.fact, data: { ...last!.fact.data, reason: 'Deleted' } } as Fact,
    storedAt: story.now,
  });
  expect(settledOf(story).settled?.data.verdict).toBe('incomplete');
});
