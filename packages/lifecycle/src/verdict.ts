import { cutFor, type Deadlines, type FactData } from '@lacuna/contracts';
import {
  latestAttempt,
  openFinding,
  primaryPod,
  startOf,
  type Attempt,
  type Evaluation,
  type Pod,
} from './evaluation.ts';
import { DUPLICATE_START } from './break.ts';
import { citeEvidence, evidenceAt } from './cite-evidence.ts';
import { giveUpAt, graceMs } from './grace.ts';
import { cancelled, judgeRun, type Judgement } from './judge-run.ts';
import { stagesOf, type StageState } from './stages.ts';

/**
 * The verdict that the facts allow, or undefined while evidence may still come. Rules in order; the first that applies decides:
 * cancelled, given up at a hole, broken by the platform, timed out, then exit code, log and report, which must agree.
 */
export function dueVerdict(
  evaluation: Evaluation,
  now: number,
  deadlines: Deadlines = {},
): FactData<'settled'> | undefined {
  if (evaluation.settled !== undefined || evaluation.submitted === undefined) return undefined;
  const attempt = latestAttempt(evaluation);
  const stages = stagesOf(evaluation, attempt, deadlines);
  const judgement = judge({ evaluation, attempt, stages, now, deadlines });
  if (judgement === undefined) return undefined;
  const pod = primaryPod(attempt);
  return {
    ...judgement,
    reason: cutFor('message', judgement.reason),
    evidenceAt: evidenceAt(evaluation, attempt, pod, now),
    notOwed: stages.filter(isAbsent).map((stage) => stage.stage),
    evidence: citeEvidence(evaluation, pod),
  };
}

function isAbsent(state: StageState): boolean {
  return state.end === undefined && state.missing?.raised === undefined && state.stage !== 'verdict';
}

/** All that a judgement may look at. */
interface Case {
  readonly evaluation: Evaluation;
  readonly attempt: Attempt;
  readonly stages: readonly StageState[];
  readonly now: number;
  readonly deadlines: Deadlines;
}

function judge(known: Case): Judgement | undefined {
  return judgeBeforeRun(known) ?? judgeCollected(known) ?? judgeOverdue(known);
}

/** Verdicts that need no end of a program: given up at a hole, refused, cancelled early, broken before it could run. */
function judgeBeforeRun({ evaluation, attempt, stages, now, deadlines }: Case): Judgement | undefined {
  const givenUp = stages.find((stage) => stage.outcome === 'missing' && now >= giveUpAt(stage, attempt, deadlines));
  if (givenUp !== undefined) return judgeHole(givenUp);
  if (attempt.refused !== undefined && attempt.job === undefined) {
    const { cause, message } = attempt.refused.data;
    return cause === 'cancelled'
      ? cancelled(evaluation, 'before it had a Job')
      : { verdict: 'error', reason: `no Job: ${message}` };
  }
  if (evaluation.cancel !== undefined && primaryPod(attempt) === undefined && attempt.finished !== undefined)
    return cancelled(evaluation, 'before it had a pod');
  const beforeRun = stages.find(
    (stage) => stage.outcome === 'failed' && !RUNNING.has(stage.stage) && stage.broken?.cause !== DUPLICATE_START,
  );
  return beforeRun && { verdict: 'error', reason: `${beforeRun.stage}: ${beforeRun.broken?.reason}` };
}

function judgeCollected(known: Case): Judgement | undefined {
  const { evaluation, stages } = known;
  const pod = primaryPod(known.attempt);
  if (pod?.ended === undefined && pod?.gone === undefined) return undefined;
  if (startOf(pod) === undefined)
    return evaluation.cancel === undefined ? undefined : cancelled(evaluation, 'before it started');
  if (!isCollected(evaluation, pod) && !isOverdueBehindHole(known)) return undefined;
  return judgeRun(evaluation, pod, stages);
}

const RUNNING = new Set(['container.run', 'log.capture', 'report.read']);

/** In the latest words: why it is missing may have been told only after it was found to be. */
function judgeHole(stage: StageState): Judgement {
  const reason = `${stage.stage} missing: ${stage.why ?? stage.missing?.raised?.data.reason ?? 'no reason known'}`;
  return { verdict: stage.stage === 'log.capture' || stage.stage === 'report.read' ? 'incomplete' : 'error', reason };
}

function isCollected(evaluation: Evaluation, pod: Pod): boolean {
  return pod.logClosed !== undefined && (evaluation.submitted?.data.spec.report === 'none' || pod.report !== undefined);
}

/** Behind a known hole the end of the program itself may never be told: then the hole is all that can be said. */
function judgeOverdue(known: Case): Judgement | undefined {
  if (!isOverdueBehindHole(known)) return undefined;
  const hole = openFinding(known.evaluation, known.attempt)?.data;
  return { verdict: 'error', reason: `${hole?.stage} ${hole?.cause}: ${hole?.reason}` };
}

/** Behind a known hole nothing more is owed and no finding is raised; still the wait for it must end some time. */
function isOverdueBehindHole({ evaluation, attempt, stages, now, deadlines }: Case): boolean {
  const overdue = (stage: StageState): boolean =>
    stage.deadline !== undefined && now >= stage.deadline + graceMs(stage, attempt, deadlines);
  return openFinding(evaluation, attempt) !== undefined && stages.some(overdue);
}
