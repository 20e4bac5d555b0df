import { defined, stageContract, STAGES, type Deadlines, type Stage, type StageOutcome } from '@lacuna/contracts';
import { asRaised } from './as-raised.ts';
import { beforeRemoval } from './before-removal.ts';
import type { Break } from './break.ts';
import { findingKey, type Attempt, type Evaluation, type Finding } from './evaluation.ts';
import { STAGE_RULES } from './stage-rules.ts';

/** One stage of the contract, as the facts have it. Times in Unix milliseconds. */
export interface StageState {
  readonly stage: Stage;
  readonly outcome: StageOutcome;
  readonly begin?: number;
  readonly end?: number;
  /** Until when it is owed; only while it is open. */
  readonly deadline?: number;
  readonly broken?: Break;
  /** The finding that says it is missing, whether or not it came later. */
  readonly missing?: Finding;
  /** What is known about why it is not there; only when it is open or missing. */
  readonly why?: string;
  /** What is known of it while it is open. */
  readonly told?: string;
}

/** One microsecond: the precision of a trace store. */
const SHORTEST_MS = 0.001;

const NO_DEADLINES: Deadlines = {};

interface Answer {
  readonly evaluation: Evaluation;
  readonly attempt: number;
  readonly deadlines: Deadlines;
  readonly stages: readonly StageState[];
}

/** Evaluations never change, and one look at one asks for its stages twice in a row: what is missing, and which verdict is due. */
let latest: Answer | undefined;

/** Every stage of one attempt, in order; each ends as ok, failed, late or missing, or is open, or is not owed (yet, or any more). */
export function stagesOf(
  evaluation: Evaluation,
  attempt: Attempt,
  deadlines: Deadlines = NO_DEADLINES,
): readonly StageState[] {
  if (latest?.evaluation === evaluation && latest.attempt === attempt.number && latest.deadlines === deadlines)
    return latest.stages;
  const known = beforeRemoval(evaluation, attempt);
  const stages = STAGES.map((stage) => stageState(stage, evaluation, known, deadlines));
  latest = { evaluation, attempt: attempt.number, deadlines, stages };
  return stages;
}

function stageState(stage: Stage, evaluation: Evaluation, attempt: Attempt, deadlines: Deadlines): StageState {
  const rule = STAGE_RULES[stage];
  const begin = rule.begin(evaluation, attempt);
  const missing = evaluation.findings[findingKey(attempt.number, stage, 'missing')];
  const known = defined({ stage, missing: missing?.raised && missing });
  if (begin === undefined) return { ...known, outcome: missing?.raised === undefined ? 'not-owed' : 'missing' };
  const end = asRaised(rule.end(evaluation, attempt), stage, evaluation, attempt);
  if (end !== undefined) {
    const outcome = end.broken !== undefined ? 'failed' : missing?.raised !== undefined ? 'late' : 'ok';
    // Two clocks can put an end before its begin (fault J27); the shortest span is a microsecond, or Jaeger calls it negative.
    return {
      ...known,
      outcome,
      begin,
      end: Math.max(begin + SHORTEST_MS, end.at),
      ...defined({ broken: end.broken }),
    };
  }
  const why = rule.whyMissing(evaluation, attempt);
  if (missing?.raised !== undefined) return { ...known, outcome: 'missing', begin, why };
  if (evaluation.settled !== undefined || attempt.retry !== undefined) return { ...known, outcome: 'not-owed', begin };
  const deadline = deadlineOf(
    stage,
    rule.owedFrom === undefined ? begin : rule.owedFrom(evaluation, attempt),
    deadlines,
  );
  const told = rule.whileOpen === undefined ? why : rule.whileOpen(attempt);
  return {
    ...known,
    outcome: 'open',
    begin,
    why,
    ...(told && { told }),
    ...defined({ deadline }),
  };
}

function deadlineOf(stage: Stage, from: number | undefined, deadlines: Deadlines): number | undefined {
  const { owedWithinMs } = stageContract(stage, deadlines);
  return from === undefined || owedWithinMs === undefined ? undefined : from + owedWithinMs;
}
