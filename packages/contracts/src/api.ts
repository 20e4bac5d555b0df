import type { EvaluationId } from './evaluation-id.ts';
import type { RecordedSpec } from './evaluation-spec.ts';
import type { LogStatement } from './log-statement.ts';
import type { Stage, StageService } from './span-contract.ts';
import type { TestReport } from './test-report.ts';
import type { RunPlace } from './run.ts';
import type { Phase, Verdict } from './verdict.ts';
import type { FactData } from './catalog.ts';

/** How a stage of the contract stands. `open` = owed and not overdue; `not-owed` = behind a hole, or not reached. */
export type StageOutcome = 'ok' | 'failed' | 'late' | 'missing' | 'open' | 'not-owed';

/** One stage as the API, the CLI and the page show it; times in Unix milliseconds. */
export interface StageView {
  readonly stage: Stage;
  readonly service: StageService;
  readonly outcome: StageOutcome;
  readonly from?: number;
  readonly to?: number;
  /** Until when it is owed, while it is open. */
  readonly deadline?: number;
  /** How long after its deadline it is still waited for, while it is open or missing. Milliseconds. */
  readonly graceMs?: number;
  readonly reason?: string;
}

export interface FindingView {
  readonly stage: Stage;
  readonly cause: string;
  readonly reason: string;
  readonly raisedAt: number;
  readonly clearedAt?: number;
}

/** A suite of a run that was repeated by itself: what all repetitions say together, and what each says. */
export interface AloneView {
  readonly verdict: 'passes-alone' | 'fails-the-same' | 'flaky';
  readonly comparisons: readonly FactData<'compared-alone'>[];
}

/** What shows that an evaluation without a verdict is being worked on, although no fact tells of it yet. */
export interface LifeView {
  /** How many wait for a slot, how many of them came before this one, and how many run; absent while the list is being read. */
  readonly queue?: { readonly waiting: number; readonly ahead: number; readonly running: number };
  /** Bytes of its log that are stored by now; absent before it has a pod. */
  readonly logBytes?: number;
}

export interface Links {
  readonly self: string;
  readonly log: string;
  readonly events: string;
  /** Where the trace is shown, as in Jaeger; its id when that is not known. */
  readonly trace: string;
}

/** The answer to a submission, after the durable acknowledgement. */
export interface Accepted {
  readonly id: EvaluationId;
  readonly traceId: string;
  readonly phase: Phase;
  readonly links: Links;
}

/** One row of `GET /v1/evaluations`. */
export interface EvaluationSummary {
  readonly id: EvaluationId;
  readonly name: string;
  readonly phase: Phase;
  readonly verdict?: Verdict;
  readonly reason?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly submittedAt: number;
  readonly settledAt?: number;
  readonly tests?: string;
  /** Only of a suite of a run; `alone` is the number of a repetition by itself. */
  readonly run?: Pick<RunPlace, 'id' | 'suite' | 'alone'>;
  readonly findings: number;
}

export interface EvaluationPage {
  readonly items: readonly EvaluationSummary[];
  /** Pass as `cursor` for the next page; absent on the last. */
  readonly next?: string;
}

/** `GET /v1/evaluations/{id}`. */
export interface EvaluationView extends Omit<EvaluationSummary, 'findings' | 'run'> {
  readonly traceId: string;
  readonly spec: RecordedSpec;
  readonly evidence?: FactData<'settled'>['evidence'];
  readonly attempts: readonly AttemptView[];
  readonly findings: readonly FindingView[];
  /** Only when it was repeated by itself. */
  readonly alone?: AloneView;
  /** Only while there is no verdict. */
  readonly life?: LifeView;
  readonly links: Links;
}

/** `GET /v1/evaluations/{id}/run`. */
export interface RunView {
  readonly run: string;
  readonly traceId: string;
  /** As they ran together, in the order of the run; one that was never submitted has no view. */
  readonly suites: readonly {
    readonly suite: string;
    readonly view?: EvaluationView;
    /** By itself, from the first on, as soon as each exists; how they compare stands in the view. */
    readonly repetitions: readonly Pick<EvaluationSummary, 'id' | 'phase' | 'verdict'>[];
  }[];
  /** That of the run. */
  readonly links: Pick<Links, 'trace'>;
}

export interface AttemptView {
  readonly attempt: number;
  readonly stages: readonly StageView[];
  readonly job?: string;
  /** What of the spec the cluster does not do, in its own words. */
  readonly warning?: string;
  readonly podUids: readonly string[];
  readonly log?: LogStatement;
  /** Where the log is when it is no longer in the stream; `nowhere` = removed by retention. `since`: Unix milliseconds. */
  readonly logKept?: { readonly where: 'archive' | 'nowhere'; readonly since: number; readonly store?: string };
  readonly report?: TestReport;
}
