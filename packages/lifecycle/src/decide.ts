import { fact, stageContract, type Deadlines, type Fact } from '@lacuna/contracts';
import { hasOpenFinding, latestAttempt, type Evaluation } from './evaluation.ts';
import { dueFindings } from './findings.ts';
import { join } from './join.ts';
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
  return [...findings, fact('settled', { evaluation: evaluation.id, at: now, known: 'inferred' }, data)];
}

/** When to look again if no fact comes: the earliest deadline or end of grace; undefined when only facts can change anything. */
export function nextDeadline(evaluation: Evaluation, deadlines: Deadlines = {}): number | undefined {
  if (evaluation.settled !== undefined || evaluation.submitted === undefined) return undefined;
  const behindHole = hasOpenFinding(evaluation);
  const times = stagesOf(evaluation, latestAttempt(evaluation), deadlines).map((stage) => {
    const graceMs = stageContract(stage.stage, deadlines).graceMs ?? 0;
    if (stage.outcome === 'missing') return (stage.missing?.raised?.data.deadline ?? Infinity) + graceMs;
    return stage.deadline === undefined ? Infinity : stage.deadline + (behindHole ? graceMs : 0);
  });
  const next = Math.min(...times);
  return next === Infinity ? undefined : next;
}
