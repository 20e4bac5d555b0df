import { isEvaluationId, STAGES, type Alert, type EvaluationId, type Fact, type FactOf } from '@lacuna/contracts';
import type { JaegerSpan } from '@lacuna/testing';
import { brokenAttempts } from './broken-attempts.ts';
import { storedIn } from './stored-in.ts';

/** The messages of a stream, without when they came. */
export async function messagesIn<T>(natsUrl: string, stream: string): Promise<T[]> {
  return (await storedIn<T>(natsUrl, stream)).map(({ message }) => message);
}

/** What is wrong with the facts of a finished run (invariants I1, I2 and I8); empty = nothing. */
export function brokenFacts(accepted: readonly EvaluationId[], facts: readonly Fact[]): string[] {
  const problems: string[] = [];
  const of = Map.groupBy(facts, (fact) => fact.evaluation);
  for (const id of accepted) {
    const mine = of.get(id) ?? [];
    const count = (type: Fact['type']): number => mine.filter((fact) => fact.type === type).length;
    if (count('submitted') !== 1) problems.push(`${id}: ${count('submitted')} submitted facts`);
    if (count('settled') !== 1) problems.push(`${id}: ${count('settled')} verdicts`);
    problems.push(...brokenAttempts(id, mine));
  }
  for (const id of of.keys())
    if (!isEvaluationId(id)) problems.push(`facts about ${String(id)}, which is no evaluation`);
  return problems;
}

/** What is wrong with one trace in Jaeger (invariant I6): one root, each stage once or named as not owed, no span twice. */
export function brokenTrace(id: EvaluationId, spans: readonly JaegerSpan[] | undefined): string[] {
  const mine = (spans ?? []).filter((span) => span.attributes['lacuna.evaluation.id'] === id);
  const roots = mine.filter(
    (span) => span.attributes['lacuna.verdict'] !== undefined && span.attributes['cicd.pipeline.run.id'] === id,
  );
  const problems: string[] = [];
  if (roots.length !== 1) problems.push(`${id}: ${roots.length} roots in Jaeger among ${mine.length} spans`);
  const ids = mine.map((span) => span.spanId);
  if (new Set(ids).size !== ids.length) problems.push(`${id}: spans twice in Jaeger`);
  const notOwed = mine.map((span) => JSON.stringify(span.attributes['lacuna.not_owed'] ?? '')).join();
  for (const stage of STAGES) {
    if (!mine.some((span) => span.attributes['lacuna.stage'] === stage) && !notOwed.includes(stage))
      problems.push(`${id}: no span for ${stage}`);
  }
  return problems;
}

/** What is wrong with the alerts (invariant I7): each owed key raised exactly once, and nothing else raised. */
export function brokenAlerts(owed: ReadonlyMap<EvaluationId, string>, alerts: readonly Alert[]): string[] {
  const problems: string[] = [];
  const raised = alerts.filter((alert) => alert.status === 'raised');
  for (const [id, what] of owed) {
    const mine = raised.filter((alert) => alert.evaluation === id).map((alert) => `${alert.stage} ${alert.cause}`);
    if (mine.join() !== what) problems.push(`${id}: alerts [${mine.join(', ')}], not [${what}]`);
  }
  for (const alert of raised)
    if (!owed.has(alert.evaluation))
      problems.push(`${alert.evaluation}: unexpected alert ${alert.stage} ${alert.cause}: ${alert.reason}`);
  return problems;
}

/** Facts about objects in the cluster, and how each names its object. */
const OBJECT_OF: Readonly<Partial<Record<Fact['type'], 'jobUid' | 'podUid'>>> = {
  'pod-created': 'podUid',
  'container-started': 'podUid',
  'container-ended': 'podUid',
  'job-finished': 'jobUid',
};

/** What is wrong with the objects that were seen (invariant I3): each belongs to an accepted evaluation, or was told as an orphan. */
export function phantoms(accepted: readonly EvaluationId[], facts: readonly Fact[]): string[] {
  const known = new Set(accepted);
  const orphans = new Set(facts.flatMap((fact) => (fact.type === 'orphan' ? [fact.data.uid] : [])));
  return facts.flatMap((fact) => {
    const key = OBJECT_OF[fact.type];
    const uid = key === undefined ? undefined : (fact.data as unknown as Record<string, string>)[key];
    return uid === undefined || known.has(fact.evaluation) || orphans.has(uid)
      ? []
      : [`${fact.evaluation}: ${fact.type} of ${uid}, of nobody and not told as an orphan`];
  });
}

/** What is wrong with what the verdicts cite (invariant I5): each piece agrees with the facts or is named as absent, and `passed` rests on a real exit code 0. */
export function brokenEvidence(facts: readonly Fact[]): string[] {
  const of = Map.groupBy(facts, (fact) => fact.evaluation);
  return facts.flatMap((fact) =>
    fact.type === 'settled'
      ? citationProblems(fact, of.get(fact.evaluation) ?? []).map((what) => `${fact.evaluation}: ${what}`)
      : [],
  );
}

function citationProblems({ data: { verdict, evidence } }: FactOf<'settled'>, mine: readonly Fact[]): string[] {
  const problems: string[] = [];
  const { podUid, containerId, exitCode, signal, log, absent } = evidence;
  const ended = mine.find((fact) => fact.type === 'container-ended' && fact.data.podUid === podUid);
  const closed = mine.find((fact) => fact.type === 'log-closed' && fact.data.podUid === podUid);
  const end = ended?.type === 'container-ended' ? ended.data : undefined;
  const statement = closed?.type === 'log-closed' ? closed.data.statement : undefined;
  if ((podUid === undefined) !== absent.includes('pod')) problems.push('a pod is neither cited nor named as absent');
  if ((exitCode === undefined && signal === undefined) !== absent.includes('exit code'))
    problems.push('an exit code is neither cited nor named as absent');
  if ((log === undefined) !== absent.includes('log')) problems.push('a log is neither cited nor named as absent');
  if (exitCode !== undefined && exitCode !== end?.exitCode) problems.push(`exit code ${exitCode} is in no fact`);
  if (containerId !== undefined && end?.containerId !== undefined && containerId !== end.containerId)
    problems.push(`container ${containerId} is not the one that ended`);
  if (log !== undefined && log !== statement?.state) problems.push(`a log that is ${log} is in no fact`);
  const proven = exitCode === 0 && end?.exitCode === 0 && end.reason === 'Completed' && statement?.state === 'sealed';
  if (verdict === 'passed' && !proven) problems.push('passed without exit code 0 and a sealed log');
  return problems;
}

/** What is wrong with the order of a history (invariant I8): behind a verdict nothing is started and no hole is raised. */
export function changesBehindVerdicts(facts: readonly Fact[]): string[] {
  const settled = new Set<EvaluationId>();
  const cleared = new Set<string>();
  const problems: string[] = [];
  for (const fact of facts) {
    const { evaluation, type } = fact;
    const stage = 'stage' in fact.data ? `${evaluation}/${fact.attempt}/${fact.data.stage}` : '';
    if (type === 'finding-cleared') cleared.add(stage);
    // That the cluster started it twice is an amendment, and so is what takes the place of a finding that was cleared.
    const isHole = fact.type === 'finding-raised' && fact.data.cause !== 'duplicate-start' && !cleared.has(stage);
    if (settled.has(evaluation) && (type === 'job-created' || type === 'settled' || isHole))
      problems.push(`${evaluation}: ${type} behind its verdict`);
    if (type === 'settled') settled.add(evaluation);
  }
  return problems;
}

/** All that is wrong with the facts of a finished run (invariants I1, I2, I3, I5 and I8). */
export function brokenHistory(accepted: readonly EvaluationId[], facts: readonly Fact[]): string[] {
  return [
    ...brokenFacts(accepted, facts),
    ...phantoms(accepted, facts),
    ...brokenEvidence(facts),
    ...changesBehindVerdicts(facts),
  ];
}
