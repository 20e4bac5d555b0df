import type { TestResult } from '@lacuna/contracts';
import { shortTests, tookMs, type SuiteResult } from './run-result.ts';

/** One line of a report for a CI server. */
export interface TestCase {
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'error' | 'skipped';
  /** Why it is not passed. */
  readonly message?: string;
  /** Absent where nothing says it. */
  readonly durationMs?: number;
}

/**
 * What a CI server is told of a suite: every test by name, when the verdict stands and all are known by one. Else those that are known by name,
 * which are those that failed and those without a result, and the verdict as a case of its own, unless the failed tests say it already. What
 * can't be proven is an error with its reason, never passed.
 */
export function testCasesOf({ suite, view, noVerdict, results }: SuiteResult): TestCase[] {
  const { verdict, reason = noVerdict ?? '' } = view;
  const tests = shortTests(view);
  const stands = verdict === 'passed' || verdict === 'failed';
  if (stands && results !== undefined && results.length > 0) return results.map(caseOf);
  const report = view.attempts.at(-1)?.report;
  const failed = (report?.failures ?? []).map((name) => named(name, 'failed', FAILED));
  const lost = stands ? [] : (report?.inFlight ?? []).map((name) => named(name, 'error', `no result: ${reason}`));
  if (verdict === 'failed' && failed.length > 0) return failed;
  const name = tests === undefined ? suite : `${suite}: ${tests}`;
  const durationMs = tookMs(view);
  if (verdict === 'passed') return [...failed, { name, outcome: 'passed', durationMs }];
  const outcome = verdict === 'failed' ? 'failed' : 'error';
  return [...failed, ...lost, { name, outcome, message: `${verdict ?? 'no verdict'}: ${reason}`, durationMs }];
}

const FAILED = 'failed; see the log';

function caseOf({ name, outcome, ...took }: TestResult): TestCase {
  switch (outcome) {
    case 'failed':
      return { ...named(name, 'failed', FAILED), ...took };
    case 'errored':
      return { ...named(name, 'error', 'could not be judged; see the log'), ...took };
    default:
      return { name, outcome, ...took };
  }
}

function named(name: string, outcome: TestCase['outcome'], message: string): TestCase {
  return { name, outcome, message };
}
