import type { EvaluationId } from './evaluation-id.ts';
import type { StageService } from './span-contract.ts';
import type { Phase, Verdict } from './verdict.ts';

/** How sure a diagnosis is of a cause. `certain` = some fact proves it by itself. */
export const CONFIDENCES = ['certain', 'likely', 'possible'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** `sound` = passed. `broken` = settled otherwise, or a hole is known. `waiting` = not running yet; `running` = up to its verdict. */
export const CONDITIONS = ['sound', 'waiting', 'running', 'broken'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** One cause that the facts allow, with all that speaks for and against it. */
export interface CauseView {
  /** Stable name, such as `log-cut`. */
  readonly cause: string;
  readonly title: string;
  readonly confidence: Confidence;
  readonly for: readonly string[];
  readonly against: readonly string[];
  /** What to do next. */
  readonly advice: string;
}

/** `GET /v1/evaluations/{id}/diagnosis`. */
export interface DiagnosisView {
  readonly id: EvaluationId;
  readonly name: string;
  readonly phase: Phase;
  readonly verdict?: Verdict;
  readonly condition: Condition;
  /** The answer in one sentence. */
  readonly headline: string;
  /** Likeliest first; empty when nothing is wrong as far as anybody knows. */
  readonly causes: readonly CauseView[];
}

/** What the broken evaluations of a range share and the others mostly do not. */
export interface SharedTrait {
  /** Such as `node`, `image` or `window`. */
  readonly trait: string;
  readonly value: string;
  /** How many of the broken ones have it, and how many of the others. */
  readonly broken: number;
  readonly others: number;
  readonly statement: string;
}

/** A cause that leads the diagnosis of several evaluations. */
export interface CauseCount {
  readonly cause: string;
  readonly title: string;
  readonly evaluations: number;
  /** Some of them, newest first. */
  readonly examples: readonly EvaluationId[];
  readonly advice: string;
}

/** `GET /v1/diagnosis`. */
export interface RangeDiagnosisView {
  readonly examined: number;
  readonly broken: number;
  readonly open: number;
  /** Open ones that were too many to look at one by one. */
  readonly unexamined: number;
  readonly headline: string;
  readonly causes: readonly CauseCount[];
  readonly shared: readonly SharedTrait[];
}

/** One service as a reader of the stream of facts: what a diagnosis needs to tell a stalled one from a busy one. */
export interface ReaderState {
  readonly service: StageService;
  /** Facts in the stream that it has not been given yet. */
  readonly pending: number;
  /** Facts that it was given and has not answered for. */
  readonly unanswered: number;
  /** Whether it asks for more; one that is stopped or hangs does not. */
  readonly asking: boolean;
}
