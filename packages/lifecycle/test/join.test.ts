import { Story, testId } from '@lacuna/contracts/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decide,
  fold,
  join,
  nextDeadline,
  phaseOf,
  stagesOf,
  latestAttempt,
  unknownEvaluation,
  viewOf,
  type Evaluation,
} from '../src/index.ts';
import { STORIES } from '../testing/index.ts';

const anyStory = fc.constantFrom(...Object.values(STORIES));

describe('folding facts', () => {
  test('any order and any repetition of the facts gives the same evaluation', () => {
    fc.assert(
      fc.property(anyStory, fc.infiniteStream(fc.nat()), fc.nat(), (makeStory, randoms, extra) => {
        const { facts, id } = makeStory();
        const random = randoms[Symbol.iterator]();
        const repeated = [...facts, ...facts.slice(0, extra % (facts.length + 1))];
        const shuffled = repeated
          .map((told) => ({ told, order: random.next().value ?? 0 }))
          .sort((a, b) => a.order - b.order)
          .map(({ told }) => told);
        expect(fold(id, shuffled)).toEqual(fold(id, facts));
      }),
    );
  });

  test('the names of all tests, which no verdict needs, are not kept in memory', () => {
    const report = { format: 'junit', passed: 1, failed: 0, skipped: 0, errored: 0, summary: 'agrees' } as const;
    const story = new Story().running().ended().logClosed();
    const [podUid = ''] = Object.keys(latestAttempt(fold(story.id, story.facts)).pods);
    story.tell('report-read', {
      podUid,
      report: { ...report, failures: [], inFlight: [] },
      results: [{ name: 'a', outcome: 'passed' }],
    });
    const { data } = latestAttempt(fold(story.id, story.facts)).pods[podUid]?.report ?? {};
    expect(data).toEqual({ podUid, report: { ...report, failures: [], inFlight: [] } });
  });

  test('every prefix of every story has a phase, stages and a next step, and none of them throws', () => {
    fc.assert(
      fc.property(
        anyStory,
        fc.nat({ max: 40 }),
        fc.integer({ min: 0, max: 10_000_000 }),
        (makeStory, length, later) => {
          const { facts, id } = makeStory();
          const evaluation = fold(id, facts.slice(0, length));
          expect(phaseOf(evaluation)).toBeTypeOf('string');
          expect(stagesOf(evaluation, latestAttempt(evaluation))).toHaveLength(10);
          expect(Array.isArray(decide(evaluation, Story.T0 + later))).toBe(true);
        },
      ),
    );
  });

  test('an evaluation that no fact moves any more is settled in the end, whatever prefix of whichever story is known', () => {
    const stuck = Object.entries(STORIES).flatMap(([name, makeStory]) => {
      const { facts, id } = makeStory();
      const last = Math.max(...facts.map((told) => told.storedAt));
      return facts
        .map((_, index) => index + 1)
        .filter((length) => !isSettledInTheEnd(fold(id, facts.slice(0, length)), last))
        .map((length) => `${name} after ${length} facts`);
    });
    expect(stuck).toEqual([]);
  });

  test('deciding again after publishing what was due decides nothing', () => {
    fc.assert(
      fc.property(
        anyStory,
        fc.nat({ max: 40 }),
        fc.integer({ min: 0, max: 10_000_000 }),
        (makeStory, length, later) => {
          const { facts, id } = makeStory();
          const now = Story.T0 + later;
          let evaluation = fold(id, facts.slice(0, length));
          for (let step = 0; step < 4; step++)
            for (const due of decide(evaluation, now)) evaluation = join(evaluation, { fact: due, storedAt: now });
          expect(decide(evaluation, now)).toEqual([]);
        },
      ),
    );
  });

  test('a verdict never changes, whatever comes later', () => {
    const { facts, id } = STORIES.passed();
    const settled = decide(fold(id, facts), Story.T0 + 60_000).reduce(
      (known, due) => join(known, { fact: due, storedAt: 0 }),
      fold(id, facts),
    );
    const amended = fold(id, [...facts, ...new Story().running().ended({ exitCode: 1, reason: 'Error' }).facts]);
    expect(join(amended, { fact: settled.settled!, storedAt: 0 }).settled).toEqual(settled.settled);
    expect(decide(join(amended, { fact: settled.settled!, storedAt: 0 }), Story.T0 + 90_000_000)).toEqual([]);
  });

  test('a fact of another evaluation is refused', () => {
    const [told] = new Story(testId(2)).submitted().facts;
    expect(() => join(unknownEvaluation(testId(1)), told!)).toThrow(/joined to/);
  });
});

/** Publishes what is due and lets time pass to the next deadline, until nothing is due any more. */
function isSettledInTheEnd(known: Evaluation, from: number): boolean {
  let evaluation = known;
  let now = from;
  for (let step = 0; evaluation.settled === undefined && step < 20; step++) {
    for (const due of decide(evaluation, now)) evaluation = join(evaluation, { fact: due, storedAt: now });
    now = Math.max(now, nextDeadline(evaluation) ?? now);
  }
  return evaluation.settled !== undefined;
}

test('of a program that runs it is not said that it has not ended; of a pod that is waited for, what is known', () => {
  const links = { self: '', log: '', events: '', trace: '' };
  const reasonsOf = (story: Story): string[] => {
    const attempts = viewOf(fold(story.id, story.facts), links)?.attempts ?? [];
    return attempts.flatMap(({ stages }) => stages.flatMap(({ reason }) => (reason === undefined ? [] : [reason])));
  };
  expect(reasonsOf(new Story().running())).toEqual([]);
  const held = new Story().running().tell('log-held-up', { podUid: 'pod-1', why: 'it is full' });
  expect(reasonsOf(held)).toEqual(['the log store has no room: it is full']);
  const quota = { object: 'job', uid: 'job-1', reason: 'FailedCreate', message: 'exceeded quota' } as const;
  expect(reasonsOf(new Story().submitted().jobCreated().tell('cluster-warned', quota))).toEqual([
    'FailedCreate: exceeded quota',
  ]);
});
