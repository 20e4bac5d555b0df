import type { EvaluationView, Stage, StageView } from '@lacuna/contracts';

/** What somebody who waits has seen so far. Times by the clock of who waits, Unix milliseconds. */
export interface Vigil {
  /** Since when it has been looked at without a break. */
  readonly since: number;
  /** When it was looked at last. */
  readonly at: number;
  /** When it was seen to move last; absent while it has not been. */
  readonly livedAt?: number;
  readonly signs?: string;
}

/** Where an evaluation is stuck: a stage is owed no longer, and nothing moves. */
export interface Stuck {
  readonly stage: Stage;
  /** How long the stage has taken by now, and within which time it was owed. Milliseconds. */
  readonly forMs: number;
  readonly owedWithinMs: number;
  /** What is known of why it is not there. */
  readonly reason: string;
}

/** Longer between two looks, and nobody can say what moved meanwhile (the server was away, or this machine asleep). Milliseconds. */
const BREAK_MS = 30_000;
/** How long the auditor may take to say that a stage is given up, which is then the verdict. Milliseconds; it takes a fraction of a second. */
const JUDGED_WITHIN_MS = 10_000;
/** Within which time a verdict is due behind its evidence. The contract has no time for it, because nobody is left who could miss it. Milliseconds. */
const VERDICT_WITHIN_MS = 30_000;

/** Another look. It lives if anything moved since the last one. */
export function updateVigil(vigil: Vigil | undefined, view: EvaluationView, now: number): Vigil {
  const signs = signsOfLife(view);
  if (vigil === undefined || now - vigil.at > BREAK_MS) return { since: now, at: now, signs };
  const lives = signs !== vigil.signs || othersMakeRoom(view);
  return { ...vigil, at: now, signs, ...(lives ? { livedAt: now } : {}) };
}

/**
 * Where the evaluation is stuck; undefined while there is reason to wait. A stage is waited for as long as the span contract owes it and
 * its grace, anew after each sign of life; and a little longer, so that whoever gives evaluations up can say so first.
 */
export function stuckIn(view: EvaluationView, { since, livedAt = -Infinity }: Vigil, now: number): Stuck | undefined {
  if (view.verdict !== undefined) return undefined;
  const { stage, from, deadline, graceMs, reason } = owedStage(view);
  const owedWithinMs = deadline - from;
  const patientUntil = Math.max(deadline, livedAt + owedWithinMs, since) + graceMs + JUDGED_WITHIN_MS;
  return now < patientUntil ? undefined : { stage, forMs: now - from, owedWithinMs, reason };
}

type Owed = Required<Pick<StageView, 'stage' | 'from' | 'deadline' | 'graceMs' | 'reason'>>;

/** The stage that holds everything up: the one that is missing, else the first one that is open; the verdict, when all others are over. */
function owedStage({ attempts, submittedAt }: EvaluationView): Owed {
  const stages = attempts.at(-1)?.stages ?? [];
  const held = stages.find(({ outcome }) => outcome === 'missing') ?? stages.find(({ outcome }) => outcome === 'open');
  const deadline = held?.outcome === 'missing' ? held.to : held?.deadline;
  if (held?.from !== undefined && deadline !== undefined) {
    const { stage, from, graceMs = 0, reason = 'no reason is known' } = held;
    return { stage, from, deadline, graceMs, reason };
  }
  const from = Math.max(submittedAt, ...stages.map(({ to }) => to ?? 0));
  const reason = 'the evidence is there, but nobody judges it: is trace-audit running?';
  return { stage: 'verdict', from, deadline: from + VERDICT_WITHIN_MS, graceMs: 0, reason };
}

/** Stages before which others decide when it goes on. */
const IN_LINE: readonly Stage[] = ['queue', 'job.create', 'pod.create'];

/** All that changes while the evaluation is worked on. That something is missing, and why, is told of a dead one too, and is no sign. */
function signsOfLife(view: EvaluationView): string {
  const { attempts, life } = view;
  const { ahead, running } = life?.queue ?? {};
  const line = IN_LINE.includes(owedStage(view).stage) ? [ahead, running] : [];
  const over = attempts.map(({ stages }) => stages.filter(({ outcome }) => OVER.has(outcome)).length);
  return JSON.stringify([over, attempts.at(-1)?.podUids, life?.logBytes, line]);
}

const OVER = new Set<StageView['outcome']>(['ok', 'failed', 'late']);

/** A pod that is not created while others run may wait for the room that these will free, each within its own time limit. */
function othersMakeRoom(view: EvaluationView): boolean {
  return owedStage(view).stage === 'pod.create' && (view.life?.queue?.running ?? 0) > 0;
}
