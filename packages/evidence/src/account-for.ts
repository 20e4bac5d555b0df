import type { TestReport } from '@lacuna/contracts';
import { sum } from './tally.ts';

/** How a report adds up. Only `complete` may carry a verdict. */
export interface Accounting {
  /** How many tests there should be: announced by the tool, closed with by its summary, or else what the caller expects. */
  readonly total: number | undefined;
  /** Tests with a result. */
  readonly accounted: number;
  readonly unaccounted: number | undefined;
  /** The closing summary was seen and agrees, every test has a result, and there are as many as expected. */
  readonly complete: boolean;
  /** What people read: `25 of 25`, `17 of 25, summary missing, 8 tests unaccounted, last in flight: test_x`. */
  readonly statement: string;
}

/** `expected`: how many tests must report, if somebody said so. */
export function accountFor(report: TestReport, expected?: number): Accounting {
  const accounted = sum(report);
  const closed = report.summary === 'agrees' ? accounted + report.inFlight.length : undefined;
  const total = report.collected ?? closed ?? expected;
  const complete = report.summary === 'agrees' && accounted === total && total === (expected ?? total);
  const unaccounted = total === undefined ? undefined : Math.max(0, total - accounted);
  const parts = [headline(report, accounted, total, complete), ...doubts(report, accounted, total, expected)];
  return { total, accounted, unaccounted, complete, statement: parts.join(', ') };
}

function headline(report: TestReport, accounted: number, total: number | undefined, complete: boolean): string {
  if (total === 0 && accounted === 0) return 'no tests ran';
  const breakdown = outcomes(report);
  const onlyPassed = report.passed === accounted;
  if (total === undefined)
    return onlyPassed ? tests(accounted, 'result') : `${tests(accounted, 'result')} (${breakdown})`;
  if (accounted > total) return `${accounted} results for ${total} collected`;
  if (onlyPassed) return `${accounted} of ${total}`;
  return complete ? `${breakdown} of ${total}` : `${accounted} of ${total} (${breakdown})`;
}

function doubts(
  report: TestReport,
  accounted: number,
  total: number | undefined,
  expected: number | undefined,
): string[] {
  const missing = total === undefined ? 0 : total - accounted;
  const last = report.inFlight.at(-1);
  return [
    ...(report.summary === 'missing' ? ['summary missing'] : []),
    ...(report.summary === 'disagrees' ? [contradiction(report)] : []),
    ...(missing > 0 ? [`${tests(missing, 'test')} unaccounted`] : []),
    ...(expected !== undefined && expected !== total ? [`${expected} expected`] : []),
    ...(last === undefined || (missing <= 0 && report.summary === 'agrees') ? [] : [`last in flight: ${last}`]),
  ];
}

function contradiction({ claimed }: TestReport): string {
  return claimed === undefined ? 'summary disagrees' : `summary disagrees (${outcomes(claimed)})`;
}

function outcomes(counts: Pick<TestReport, 'passed' | 'failed' | 'skipped' | 'errored'>): string {
  const named = (['passed', 'failed', 'errored', 'skipped'] as const).filter((outcome) => counts[outcome] > 0);
  return named.length === 0 ? 'none' : named.map((outcome) => `${counts[outcome]} ${outcome}`).join(', ');
}

function tests(count: number, word: 'test' | 'result'): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
