import type { FactData, RecordedSpec, TestReport } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decide, fold, join } from '../src/index.ts';

interface Run {
  readonly exitCode?: number;
  readonly signal?: string;
  readonly reason?: string;
  readonly report?: Partial<TestReport>;
  readonly noFile?: FactData<'report-read'>['noFile'];
  readonly spec?: Partial<RecordedSpec>;
}

const WHOLE = { collected: 25, passed: 25 };
const CUT: Partial<TestReport> = { collected: 25, passed: 17, summary: 'missing', inFlight: ['test_x'] };
const BOTH_FAILED = { collected: 4, passed: 2, failed: 2 };

/** The finding and the verdict on a run whose log is sealed. */
function outcomeOf({ spec = {}, report, noFile, reason, exitCode = 0, signal }: Run): {
  finding?: string;
  verdict: string;
} {
  const how = signal === undefined ? { exitCode } : { signal };
  const ended = { ...how, reason: reason ?? (exitCode === 0 ? 'Completed' : 'Error') };
  const story = new Story().running(spec);
  if (reason === 'Stopped') story.tell('cancel-requested', {});
  story.after(1_000).ended(ended).logClosed();
  const { id, facts, now } =
    noFile === undefined ? story.reportRead(report) : story.tell('report-read', { podUid: 'pod-1', noFile });
  let evaluation = fold(id, facts);
  for (const fact of decide(evaluation, now)) evaluation = join(evaluation, { fact, storedAt: now });
  for (const fact of decide(evaluation, now)) evaluation = join(evaluation, { fact, storedAt: now });
  const raised = Object.values(evaluation.findings)[0]?.raised?.data;
  const settled = evaluation.settled?.data;
  return {
    verdict: `${settled?.verdict}: ${settled?.reason}`,
    ...(raised && { finding: `${raised.stage} ${raised.cause}` }),
  };
}

describe('results that prove nothing', () => {
  test.for<[cause: string, reason: string, Run]>([
    ['results-missing', '17 of 25, summary missing, 8 tests unaccounted, last in flight: test_x', { report: CUT }],
    [
      'results-missing',
      '17 of 25, summary missing, 8 tests unaccounted, last in flight: test_x',
      { report: CUT, exitCode: 1 },
    ],
    ['summary-missing', '25 of 25, summary missing', { report: { ...WHOLE, summary: 'missing' } }],
    ['too-many-results', '26 results for 25 collected', { report: { collected: 25, passed: 26 } }],
    ['summary-disagrees', '25 of 25, summary disagrees', { report: { ...WHOLE, summary: 'disagrees' } }],
    ['unexpected-count', '25 of 25, 30 expected', { report: WHOLE, spec: { expect: { tests: 30 } } }],
    [
      'interrupted',
      '1 of 3, stopped early: KeyboardInterrupt, 2 tests unaccounted, exit code 2 (pytest: interrupted)',
      { report: { collected: 3, passed: 1, stopped: 'KeyboardInterrupt' }, exitCode: 2 },
    ],
    ['no-report', 'the log holds no test results that could be recognised', { spec: { expect: { tests: 1 } } }],
    [
      'no-report',
      'the log holds no test results that could be recognised, exit code 4 (pytest: wrong usage)',
      { spec: { report: 'pytest' }, exitCode: 4 },
    ],
    [
      'exit-code-hides-failures',
      'exit code 0, but the report has 2 failures (2 passed, 2 failed of 4)',
      { report: BOTH_FAILED },
    ],
    [
      'exit-code-hides-failures',
      'exit code 0, but the report has 1 failures (3 passed, 1 errored of 4)',
      { report: { collected: 4, passed: 3, errored: 1 } },
    ],
    [
      'report-missing',
      'there is no file results.xml, exit code 0',
      { noFile: { kind: 'missing', reason: 'there is no file results.xml' }, spec: { report: 'junit:results.xml' } },
    ],
    ['exit-code-unexplained', 'exit code 1, but no test failed (25 of 25)', { report: WHOLE, exitCode: 1 }],
    [
      'exit-code-unexplained',
      'exit code 3 (pytest: internal error), but no test failed (25 of 25)',
      { report: WHOLE, exitCode: 3 },
    ],
  ])('are a finding of their own: %s, %s', ([cause, reason, run]) => {
    expect(outcomeOf(run)).toEqual({ finding: `report.read ${cause}`, verdict: `incomplete: ${reason}` });
  });
});

describe('results that agree with the exit code', () => {
  test.for<[verdict: string, Run]>([
    ['passed: 25 of 25, exit code 0, log sealed', { report: WHOLE }],
    ['failed: 2 passed, 2 failed of 4, exit code 1', { report: BOTH_FAILED, exitCode: 1 }],
    ['failed: 25 of 25, ended by SIGSEGV', { report: WHOLE, signal: 'SIGSEGV' }],
    [
      'failed: 6 of 13 (5 passed, 1 failed), stopped early: stopping after 1 failures, 7 tests unaccounted, exit code 1',
      { report: { collected: 13, passed: 5, failed: 1, stopped: 'stopping after 1 failures' }, exitCode: 1 },
    ],
    ['failed: no tests ran, exit code 5 (pytest: no tests were collected)', { report: { collected: 0 }, exitCode: 5 }],
  ])('are the verdict: %s', ([verdict, run]) => {
    expect(outcomeOf(run)).toEqual({ verdict });
  });
});

describe('results of a program that was stopped', () => {
  test('because it was cancelled are no finding', () => {
    const outcome = outcomeOf({ report: CUT, signal: 'SIGTERM', reason: 'Stopped' });
    expect(outcome).toEqual({ verdict: 'cancelled: cancelled while it ran' });
  });

  test('are told with the verdict, and are no finding', () => {
    const outcome = outcomeOf({ report: CUT, signal: 'SIGTERM', reason: 'DeadlineExceeded', spec: { timeout: '1s' } });
    expect(outcome).toEqual({
      verdict:
        'timed_out: 17 of 25, summary missing, 8 tests unaccounted, last in flight: test_x; stopped at its time limit of 1s',
    });
  });
});
