import type { EvaluationId, EvaluationSpec } from '@lacuna/contracts';
import type { Expected } from '../demo/expected.ts';
import type { DrillContext } from './drill-context.ts';

/** Where a fault can be made: on the embedded cluster, on Kubernetes, on a platform that runs already (`--url`). */
export type Place = 'process' | 'kubernetes' | 'url';

/** One fault, made for real, and what it must cause. */
export interface Drill {
  readonly fault: string;
  /** What is done, in one line. */
  readonly makes: string;
  /** Why it cannot be made somewhere; absent = it can. */
  readonly notOn: Readonly<Partial<Record<Place, string>>>;
  /** What is submitted, under the name of the fault. */
  readonly spec: Omit<EvaluationSpec, 'name'>;
  /** What must be seen in the end. */
  readonly expected: Expected;
  /** The cause that the diagnosis must rank first while it lasts, or in the end; absent = nothing is wrong. */
  readonly cause?: string;
  /** Submits one evaluation and makes the fault around it. Absent = to submit it makes the fault. */
  readonly inject?: (context: DrillContext, spec: EvaluationSpec) => Promise<Injected>;
}

/** What came of making the fault. */
export interface Injected {
  readonly id: EvaluationId;
  /** The cause that was ranked first while the fault lasted, where that is the moment to ask. */
  readonly causeThen?: string;
  /** What was seen meanwhile that must not be. */
  readonly problems?: readonly string[];
}

/** What became of a drill. */
export interface DrillOutcome {
  readonly fault: string;
  readonly passed: boolean;
  readonly evaluation?: EvaluationId;
  readonly verdict?: string;
  readonly brokenSpans: readonly string[];
  readonly alerts: readonly string[];
  readonly cause?: string;
  readonly trace?: string;
  /** What is not as it must be. */
  readonly problems: readonly string[];
  /** What could not be looked at, and why. */
  readonly unseen: readonly string[];
}
