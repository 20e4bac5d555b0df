import { evaluationOfRun, type RunPlace } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { aloneVerdict, compareAlone, decide, fold, join, viewOf, type Evaluation } from '../src/index.ts';

const RUN = { id: 'run-00000000000000000000000001', suites: ['e2e', 'unit'] };

interface Told {
  readonly failures?: readonly string[];
  readonly begin?: number;
  readonly runMs?: number;
  readonly node?: string;
  readonly tell?: (story: Story) => void;
}

/** A suite of the run that ran to its end; it failed when a test did. */
function ran(place: Omit<RunPlace, 'id' | 'suites'>, told: Told = {}): Evaluation {
  const { failures = [], begin = Story.T0, runMs = 1_000, tell } = told;
  const run = { ...RUN, ...place };
  const story = new Story(evaluationOfRun(run), begin).running({ run });
  tell?.(story);
  story.after(runMs).ended(failures.length === 0 ? {} : { exitCode: 1, reason: 'Error' });
  const report = { collected: 4, passed: 4 - failures.length, failed: failures.length, failures: [...failures] };
  return judged(story.logClosed().reportRead(report));
}

function judged(story: Story): Evaluation {
  let evaluation = fold(story.id, story.facts);
  for (const fact of decide(evaluation, story.now + 1))
    evaluation = join(evaluation, { fact, storedAt: story.now + 1 });
  return evaluation;
}

const NO_CLUES = { together: [], alone: [] };
const LATER = Story.T0 + 60_000;
const alone = (told: Told = {}, time = 1): Evaluation => ran({ suite: 'e2e', alone: time }, { begin: LATER, ...told });
const compare = (together: Evaluation, again: Evaluation, more: Partial<Parameters<typeof compareAlone>[0]> = {}) =>
  compareAlone({ together, alone: again, others: [], clues: NO_CLUES, ...more });

describe('a suite that failed together and is repeated by itself', () => {
  const together = ran({ suite: 'e2e' }, { failures: ['test_a', 'test_b'] });

  test.each<[outcome: string, again: Evaluation, failed: object]>([
    ['passes-alone', alone(), { both: [], onlyTogether: ['test_a', 'test_b'], onlyAlone: [] }],
    [
      'fails-the-same',
      alone({ failures: ['test_b', 'test_a'] }),
      { both: ['test_a', 'test_b'], onlyTogether: [], onlyAlone: [] },
    ],
    [
      'differs',
      alone({ failures: ['test_b', 'test_c'] }),
      { both: ['test_b'], onlyTogether: ['test_a'], onlyAlone: ['test_c'] },
    ],
    ['differs', alone({ failures: ['test_a'] }), { both: ['test_a'], onlyTogether: ['test_b'], onlyAlone: [] }],
  ])('%s, test by test', (outcome, again, failed) => {
    expect(compare(together, again)).toMatchObject({
      evaluation: together.id,
      at: again.settled?.at,
      data: { alone: again.id, time: 1, outcome, failed, from: LATER },
    });
  });

  test('one that failed without naming a test fails the same when it ends the same', () => {
    const crash = (place: Parameters<typeof ran>[0], begin: number): Evaluation => {
      const run = { ...RUN, ...place };
      const story = new Story(evaluationOfRun(run), begin).running({ run }).ended({ exitCode: 3, reason: 'Error' });
      return judged(story.logClosed().reportRead());
    };
    const again = crash({ suite: 'e2e', alone: 1 }, LATER);
    expect(compare(crash({ suite: 'e2e' }, Story.T0), again)?.data.outcome).toBe('fails-the-same');
  });

  test('passed together and fails alone: that is no proof of anything but a difference', () => {
    expect(compare(ran({ suite: 'e2e' }), alone({ failures: ['test_a'] }))?.data.outcome).toBe('differs');
    expect(compare(ran({ suite: 'e2e' }), alone())?.data.outcome).toBe('differs');
  });

  test('is compared only when both have a verdict, and only when it is a repetition', () => {
    const story = new Story(evaluationOfRun({ ...RUN, suite: 'e2e', alone: 1 })).running({
      run: { ...RUN, suite: 'e2e', alone: 1 },
    });
    expect(compare(together, fold(story.id, story.facts))).toBeUndefined();
    expect(compare(together, ran({ suite: 'unit' }))).toBeUndefined();
  });
});

describe('what it shared and fought for', () => {
  test('names who ran at the same time, for how long, and where', () => {
    const together = ran({ suite: 'e2e' }, { failures: ['test_a'], runMs: 3_000 });
    const beside = ran({ suite: 'unit' }, { begin: Story.T0 + 1_000, runMs: 5_000 });
    const after = ran({ suite: 'unit' }, { begin: Story.T0 + 4_000 });
    const shared = { evaluation: beside.id, suite: 'unit', ms: 2_000, node: 'node-1' };
    expect(compare(together, alone(), { others: [beside] })?.data.overlapped).toEqual([shared]);
    expect(compare(together, alone(), { others: [after] })?.data.overlapped).toEqual([]);
  });

  test('names what its log lacked together, and not what it lacks alone, too', () => {
    const together = ran({ suite: 'e2e' }, { failures: ['test_a'] });
    const clues = { together: ['port 3000', 'file /tmp/x'], alone: ['file /tmp/x'] };
    expect(compare(together, alone(), { clues })?.data.fought).toEqual(['port 3000']);
  });

  test('names quota, throttling and node pressure by the facts of the run', () => {
    const together = ran(
      { suite: 'e2e' },
      {
        failures: ['test_a'],
        tell: (story) =>
          story
            .tell('dispatch-delayed', { cause: 'throttled', detail: '429' })
            .tell('dispatch-delayed', { cause: 'capacity', detail: 'all slots are in use' })
            .tell('cluster-warned', {
              object: 'job',
              uid: 'j',
              reason: 'FailedCreate',
              message: 'exceeded quota',
              quota: 'full',
            })
            .tell('cluster-warned', { object: 'pod', uid: 'p', reason: 'EvictionThresholdMet', message: 'memory' }),
      },
    );
    expect(compare(together, alone())?.data.fought).toEqual([
      'the API server, which limited its requests',
      'the quota',
      'the node: EvictionThresholdMet: memory',
    ]);
  });
});

test('several repetitions are one answer: flaky, unless they agree', () => {
  const together = ran({ suite: 'e2e' }, { failures: ['test_a'] });
  const of = (...again: readonly Evaluation[]) =>
    again.map((one) => compare(together, one)).filter((one) => one !== undefined);
  const same = { failures: ['test_a'] };
  expect(aloneVerdict([])).toBeUndefined();
  expect(aloneVerdict(of(alone({}, 1), alone({}, 2)))).toBe('passes-alone');
  expect(aloneVerdict(of(alone(same, 1), alone(same, 2)))).toBe('fails-the-same');
  expect(aloneVerdict(of(alone({}, 1), alone(same, 2)))).toBe('flaky');
  expect(aloneVerdict(of(alone({ failures: ['test_b'] })))).toBe('flaky');
});

test('the evaluation that ran together shows its repetitions in order, however they are told', () => {
  const together = ran({ suite: 'e2e' }, { failures: ['test_a'] });
  const [first, second] = [compare(together, alone({}, 1)), compare(together, alone({ failures: ['test_a'] }, 2))];
  if (first === undefined || second === undefined) throw new Error('not compared');
  const links = { self: '', log: '', events: '', trace: '' };
  const told = [second, first, second].reduce((known, fact) => join(known, { fact, storedAt: LATER }), together);
  expect(viewOf(told, links)?.alone).toEqual({ verdict: 'flaky', comparisons: [first.data, second.data] });
  expect(viewOf(together, links)?.alone).toBeUndefined();
});
