import {
  STAGES,
  type Deadlines,
  type FactData,
  type Phase,
  type ReaderState,
  type Stage,
  type StageService,
} from '@lacuna/contracts';
import {
  beforeRemoval,
  latestAttempt,
  phaseOf,
  primaryPod,
  stagesOf,
  type Attempt,
  type Evaluation,
  type Pod,
  type StageState,
} from '@lacuna/lifecycle';
import type { LogSignals } from './log/signals.ts';

/** What is known besides the facts of the evaluation itself. Whatever is absent is not known, and is then evidence of nothing. */
export interface Surroundings {
  /** Unix milliseconds. */
  readonly now: number;
  readonly queue?: QueueFigures;
  /** When each service was last heard of: its last fact about any evaluation. */
  readonly heardAt?: Readonly<Partial<Record<StageService, number>>>;
  /** Who follows the facts, by service; an empty list means that nobody does. */
  readonly readers?: readonly ReaderState[];
  readonly overlap?: Overlap;
  readonly log?: LogSignals;
  readonly deadlines?: Deadlines;
}

export interface QueueFigures {
  readonly waiting: number;
  /** How many of them came before this evaluation. */
  readonly ahead: number;
  /** When the one that waits longest was submitted. */
  readonly oldestSince?: number;
}

/** Other evaluations that ran at the same time. */
export interface Overlap {
  readonly evaluations: number;
  /** Of these, how many came to a bad end. */
  readonly broken: number;
}

/** One evaluation as a rule sees it: its facts, what follows from them, and its surroundings. */
export interface Case extends Omit<Surroundings, 'deadlines'> {
  readonly evaluation: Evaluation;
  readonly attempt: Attempt;
  readonly pod: Pod | undefined;
  readonly phase: Phase;
  readonly stages: Readonly<Record<Stage, StageState>>;
  /** The first stage that is missing, or that the platform broke. */
  readonly hole: StageState | undefined;
}

/** The latest attempt of an evaluation as a case. */
export function caseOf(evaluation: Evaluation, { deadlines, ...surroundings }: Surroundings): Case {
  const attempt = beforeRemoval(evaluation, latestAttempt(evaluation));
  const stages = stagesOf(evaluation, attempt, deadlines);
  return {
    ...surroundings,
    evaluation,
    attempt,
    pod: primaryPod(attempt),
    phase: phaseOf(evaluation),
    stages: Object.fromEntries(STAGES.map((stage, index) => [stage, stages[index]])) as Case['stages'],
    hole: stages.find(({ outcome, broken }) => outcome === 'missing' || broken?.platform === true),
  };
}

/** Milliseconds that a stage took or has taken so far; 0 before its begin. */
export function waitedIn({ stages, evaluation, now }: Case, stage: Stage): number {
  const { begin, end } = stages[stage];
  return begin === undefined ? 0 : Math.max(0, (end ?? evaluation.settled?.at ?? now) - begin);
}

/** Whether a stage has begun and is not over: it is owed, or was given up. */
export function isStuckIn({ stages }: Case, stage: Stage): boolean {
  const { outcome, begin, end } = stages[stage];
  return outcome === 'missing' || (begin !== undefined && end === undefined);
}

/** The cause by which the platform broke a stage; undefined when it did not. */
export function brokenBy({ stages }: Case, stage: Stage): string | undefined {
  return stages[stage].broken?.cause;
}

/** The same of the running container. */
export const runBroken = (known: Case): string | undefined => brokenBy(known, 'container.run');

/** How the container ended, as the cluster tells it. */
export function endOf({ pod }: Case): FactData<'container-ended'> | undefined {
  return pod?.ended?.data;
}

/** The first warning of the cluster that a pattern fits, as `reason: message`. */
export function warningLike({ attempt }: Case, pattern: RegExp): string | undefined {
  const texts = Object.values(attempt.warnings).map(({ data }) => `${data.reason}: ${data.message}`);
  return texts.find((text) => pattern.test(text));
}

/** The first reason of waiting that a pattern fits, as `reason: message`. */
export function waitingLike({ pod }: Case, pattern: RegExp): string | undefined {
  const texts = Object.values(pod?.waiting ?? {}).map(({ data }) => `${data.reason}: ${data.message}`);
  return texts.find((text) => pattern.test(text));
}
