import { formatDuration, type EvaluationView } from '@lacuna/contracts';
import { isDeepStrictEqual } from 'node:util';

/** A suite as it ran with the others, and as it ran by itself afterwards. */
export interface Repetition {
  readonly suite: string;
  readonly together: EvaluationView;
  readonly alone: readonly EvaluationView[];
  /** What its log, together with the others, says was fought for. */
  readonly clues: readonly string[];
  /** The other suites of the run, as they ran together with it. */
  readonly others: readonly { readonly suite: string; readonly view: EvaluationView }[];
}

/** What the repetitions say, and what the suites that overlapped had in common, as far as it is known. */
export interface Comparison {
  readonly suite: string;
  readonly kind: 'passes-alone' | 'fails-the-same' | 'flaky';
  readonly passedAlone: number;
  readonly repetitions: number;
  readonly fought: readonly string[];
  readonly overlapped: readonly { readonly suite: string; readonly ms: number }[];
}

/**
 * Compares. `fails-the-same`: no repetition passes, and each has the verdict and the failed tests that it had together. `flaky`: the
 * repetitions differ, from each other or in what fails. One repetition that passes is weak evidence: the test may be flaky all the same.
 */
export function compareAlone({ suite, together, alone, clues, others }: Repetition): Comparison {
  const passedAlone = alone.filter(({ verdict }) => verdict === 'passed').length;
  const same = alone.every((view) => isDeepStrictEqual(failureOf(view), failureOf(together)));
  const kind = passedAlone === alone.length ? 'passes-alone' : passedAlone === 0 && same ? 'fails-the-same' : 'flaky';
  const overlapped = others
    .map(({ suite: other, view }) => ({ suite: other, ms: overlapMs(ranFrom(together), ranFrom(view)) }))
    .filter(({ ms }) => ms > 0);
  return { suite, kind, passedAlone, repetitions: alone.length, fought: clues, overlapped };
}

const WORDS: Readonly<Record<Comparison['kind'], string>> = {
  'passes-alone': 'fails together, passes alone',
  'fails-the-same': 'fails the same alone',
  flaky: 'flaky: alone it does something else each time',
};

/** The comparison in one line. */
export function describeComparison({ suite, kind, passedAlone, repetitions, fought, overlapped }: Comparison): string {
  const parts = [
    `${suite}: ${WORDS[kind]} (${passedAlone} of ${repetitions} passed)`,
    ...(fought.length === 0 ? [] : [`its log names ${fought.join(', ')}`]),
    ...overlapped.map(({ suite: other, ms }) => `ran beside ${other} for ${formatDuration(ms)}`),
  ];
  return parts.join('; ');
}

function failureOf({ verdict, attempts }: EvaluationView): object {
  return { verdict, failures: [...(attempts.at(-1)?.report?.failures ?? [])].sort() };
}

type Interval = readonly [from: number, to: number] | undefined;

function ranFrom({ attempts }: EvaluationView): Interval {
  const run = attempts.at(-1)?.stages.find(({ stage }) => stage === 'container.run');
  return run?.from === undefined || run.to === undefined ? undefined : [run.from, run.to];
}

function overlapMs(one: Interval, two: Interval): number {
  return one === undefined || two === undefined ? 0 : Math.max(0, Math.min(one[1], two[1]) - Math.max(one[0], two[0]));
}
