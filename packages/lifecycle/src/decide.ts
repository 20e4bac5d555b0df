import { cutFor, fact, type Deadlines, type Fact, type FactData } from '@lacuna/contracts';
import { earlierAttempts } from './earlier-attempts.ts';
import { latestAttempt, openFinding, type Evaluation } from './evaluation.ts';
import { dueFindings } from './findings.ts';
import { giveUpAt, graceMs } from './grace.ts';
import { join } from './join.ts';
import { overcomeFindings } from './overcome-findings.ts';
import { dueRetry } from './retry.ts';
import { stagesOf } from './stages.ts';
import { dueVerdict } from './verdict.ts';

/**
 * What should be published now, in order: findings first, so that a verdict never hides the hole it rests on.
 * A function of facts and the clock only; running it twice, or on two replicas, publishes the same.
 */
export function decide(evaluation: Evaluation, now: number, deadlines: Deadlines = {}): Fact[] {
  if (evaluation.submitted === undefined) return [];
  const findings = dueFindings(evaluation, now, deadlines);
  // The verdict may rest on a finding raised this very moment, so it is judged with it.
  const informed = findings.reduce((known, raised) => join(known, { fact: raised, storedAt: now }), evaluation);
  const data = dueVerdict(informed, now, deadlines);
  if (data === undefined) return findings;
  const about = { evaluation: evaluation.id, at: now, known: 'inferred' } as const;
  const attempt = latestAttempt(informed);
  const retry = dueRetry(informed, attempt, data);
  if (retry !== undefined) return [...findings, fact('retry-ordered', { ...about, attempt: attempt.number }, retry)];
  const overcome = overcomeFindings(informed, attempt.number, data, now);
  return [...findings, ...overcome, fact('settled', about, withAttempts(informed, attempt.number, data))];
}

/** When to look again if no fact comes: the earliest deadline or end of grace; undefined when only facts can change anything. */
export function nextDeadline(evaluation: Evaluation, deadlines: Deadlines = {}): number | undefined {
  if (evaluation.settled !== undefined || evaluation.submitted === undefined) return undefined;
  const attempt = latestAttempt(evaluation);
  const behindHole = openFinding(evaluation, attempt) !== undefined;
  const times = stagesOf(evaluation, attempt, deadlines).map((stage) => {
    if (stage.outcome === 'missing') return giveUpAt(stage, attempt, deadlines);
    if (stage.deadline === undefined) return Infinity;
    return stage.deadline + (behindHole ? graceMs(stage, attempt, deadlines) : 0);
  });
  const next = Math.min(...times);
  return next === Infinity ? undefined : next;
}

/** The verdict rests on the last attempt, and names the earlier ones. */
function withAttempts(evaluation: Evaluation, number: number, data: FactData<'settled'>): FactData<'settled'> {
  if (number === 1) return data;
  const reason = cutFor('message', `${data.reason} (attempt ${number}; ${earlierAttempts(evaluation)})`);
  return { ...data, reason, attempt: number };
}
