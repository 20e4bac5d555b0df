import type { EvaluationId, Fact } from '@lacuna/contracts';

/** What is wrong with the attempts of one evaluation (invariant I2): each but the first was ordered, has one Job, and started once or is told as started twice. */
export function brokenAttempts(id: EvaluationId, mine: readonly Fact[]): string[] {
  const ordered = new Set([1, ...mine.flatMap((fact) => (fact.type === 'retry-ordered' ? [fact.data.next] : []))]);
  return [...Map.groupBy(mine, ({ attempt }) => attempt)].flatMap(([number, facts]) => [
    ...(ordered.has(number) ? [] : [`${id}: attempt ${number}, which nobody ordered`]),
    ...brokenStart(id, facts),
  ]);
}

function brokenStart(id: EvaluationId, facts: readonly Fact[]): string[] {
  const count = (type: Fact['type']): number => facts.filter((fact) => fact.type === type).length;
  const told = facts.some((fact) => fact.type === 'finding-raised' && fact.data.cause === 'duplicate-start');
  const [jobs, starts] = [count('job-created'), count('container-started')];
  return [
    ...(jobs > 1 ? [`${id}: ${jobs} Jobs`] : []),
    ...(starts > 1 && !told ? [`${id}: started ${starts} times, and nobody was told`] : []),
  ];
}
