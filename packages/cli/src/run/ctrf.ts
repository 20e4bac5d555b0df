import { defined } from '@lacuna/contracts';
import type { RunResult } from './run-result.ts';
import { runTraceLink } from './run-result.ts';
import { testCasesOf } from './test-case.ts';

/** The run as a CTRF report (https://ctrf.io). An error is `failed` here: there is no other red. Times are Unix milliseconds. */
export function ctrfOf(run: RunResult): object {
  const tests = run.suites.flatMap((result) =>
    testCasesOf(result).map(({ name, outcome, message, durationMs }) => ({
      name,
      status: outcome === 'error' ? 'failed' : outcome,
      rawStatus: outcome,
      // It must be there; 0 stands for what nothing says.
      duration: Math.round(durationMs ?? 0),
      suite: [result.suite],
      ...defined({ message }),
    })),
  );
  const views = run.suites.map(({ view }) => view);
  const count = (wanted: string): number => tests.filter(({ status }) => status === wanted).length;
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    results: {
      tool: { name: 'lacuna' },
      summary: {
        tests: tests.length,
        passed: count('passed'),
        failed: count('failed'),
        pending: 0,
        skipped: count('skipped'),
        other: 0,
        suites: run.suites.length,
        start: Math.round(Math.min(...views.map(({ submittedAt }) => submittedAt))),
        stop: Math.round(Math.max(...views.map(({ submittedAt, settledAt = submittedAt }) => settledAt))),
      },
      tests,
      extra: { run: run.id, trace: runTraceLink(run), evaluations: views.map(({ id, verdict }) => ({ id, verdict })) },
    },
  };
}
