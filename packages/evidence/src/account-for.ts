import type { TestReport } from '@lacuna/contracts';
import { sum } from './tally.ts';

/** Why a report can't carry a verdict. The first that applies. */
type Flaw =
  /** The closing summary is missing, and so are tests that were announced or expected. */
  | 'results-missing'
  /** The closing summary is missing; how many tests there should be is reached or not known. */
  | 'summary-missing'
  /** More tests have a result than were collected. */
  | 'too-many-results'
  /** The closing summary has other figures than the results seen one by one. */
  | 'summary-disagrees'
  /** Another number of tests than the evaluation expects (`expect.tests`). */
  | 'unexpected-count'
  /** The tool itself says that it stopped before all tests had run, and none had failed. */
  | 'interrupted';

/** How a report adds up. */
export interface Accounting {
  /** How many tests there should be: announced by the tool, closed with by its summary, or else what the caller expects. */
  readonly total: number | undefined;
  /** Tests with a result. */
  readonly accounted: number;
  readonly unaccounted: number | undefined;
  /** The closing summary was seen and agrees, every test has a result, and there are as many as expected. Only this may be a pass. */
  readonly complete: boolean;
  /** Absent when complete, and when the tool stopped by itself at a failure (`-x`, `--bail`): that is a result, though never a pass. */
  readonly flaw?: Flaw;
  /** What people read: `25 of 25`, `17 of 25, summary missing, 8 tests unaccounted, last in flight: test_x`. */
  readonly statement: string;
}

/** `expected`: how many tests must report a result, if somebody said so. */
export function accountFor(report: TestReport, expected?: number): Accounting {
  const accounted = sum(report);
  const closed =
    report.summary === 'agrees' && report.stopped === undefined ? accounted + report.inFlight.length : undefined;
  const total = report.collected ?? closed ?? expected;
  const unaccounted = total === undefined ? undefined : Math.max(0, total - accounted);
  const flaw = flawOf(report, accounted, total, expected);
  const complete = flaw === undefined && accounted === total;
  const parts = [headline(report, accounted, total, complete), ...doubts(report, accounted, total, expected)];
  return { total, accounted, unaccounted, complete, ...(flaw && { flaw }), statement: parts.join(', ') };
}

function flawOf(
  report: TestReport,
  accounted: number,
  total: number | undefined,
  expected: number | undefined,
): Flaw | undefined {
  const missing = total !== undefined && accounted < total;
  if (report.summary === 'missing') return missing ? 'results-missing' : 'summary-missing';
  if (total !== undefined && accounted > total) return 'too-many-results';
  if (report.summary === 'disagrees') return 'summary-disagrees';
  if (report.stopped !== undefined && accounted !== total)
    return report.failed + report.errored > 0 ? undefined : 'interrupted';
  if (missing) return 'results-missing';
  return expected === undefined || expected === total ? undefined : 'unexpected-count';
}

function headline(report: TestReport, accounted: number, total: number | undefined, complete: boolean): string {
  const runs = report.runs === undefined ? '' : ` in ${report.runs} runs`;
  return `${results(report, accounted, total, complete)}${runs}`;
}

function results(report: TestReport, accounted: number, total: number | undefined, complete: boolean): string {
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
    ...(report.stopped === undefined ? [] : [`stopped early: ${report.stopped}`]),
    ...(missing > 0 ? [`${tests(missing, 'test')} unaccounted`] : []),
    ...(expected !== undefined && expected !== total ? [`${expected} expected`] : []),
    ...(last === undefined || !(missing > 0 || report.summary !== 'agrees' || report.stopped)
      ? []
      : [`last in flight: ${last}`]),
  ];
}

function contradiction({ claimed, caveat }: TestReport): string {
  const figures = claimed === undefined ? 'summary disagrees' : `summary disagrees (${outcomes(claimed)})`;
  return caveat === undefined ? figures : `${figures}: ${caveat}`;
}

function outcomes(counts: Pick<TestReport, 'passed' | 'failed' | 'skipped' | 'errored'>): string {
  const named = (['passed', 'failed', 'errored', 'skipped'] as const).filter((outcome) => counts[outcome] > 0);
  return named.length === 0 ? 'none' : named.map((outcome) => `${counts[outcome]} ${outcome}`).join(', ');
}

function tests(count: number, word: 'test' | 'result'): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
