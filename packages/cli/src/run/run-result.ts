import { runTraceIdOf, type EvaluationView, type TestResult } from '@lacuna/contracts';

/** A suite with its verdict. */
export interface SuiteResult {
  readonly suite: string;
  readonly view: EvaluationView;
  /** Why there is no verdict, when it was not waited for any longer. */
  readonly noVerdict?: string;
  /** Every test by name, when all are known by one. */
  readonly results?: readonly TestResult[];
}

/** What became of a run. */
export interface RunResult {
  readonly id: string;
  readonly suites: readonly SuiteResult[];
}

/** Where the trace of the run is, by where those of its evaluations are; its id when no Jaeger is known. */
export function runTraceLink({ id, suites }: RunResult): string {
  const traceId = runTraceIdOf(id);
  const view = suites[0]?.view;
  return view === undefined ? traceId : view.links.trace.replace(view.traceId, traceId);
}

/** The page that shows its suites side by side; undefined without any; by where those of its evaluations are in the API. */
export function runPageLink({ suites: [first] }: RunResult): string | undefined {
  return first?.view.links.self.replace('/v1/evaluations/', '/#/run/');
}

/** The figures of its tests, such as `15 of 25`, without what is wrong with them: the reason of the verdict says that. */
export function shortTests({ tests }: EvaluationView): string | undefined {
  return tests?.replace(/, (?:summary |\d+ tests? unaccounted|last in flight).*$/s, '');
}

/** Time from acceptance to verdict, in milliseconds. */
export function tookMs({ submittedAt, settledAt = submittedAt }: EvaluationView): number {
  return Math.max(0, settledAt - submittedAt);
}
