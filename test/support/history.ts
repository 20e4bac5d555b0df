import { isEvaluationId, STAGES, type Alert, type EvaluationId, type Fact } from '@lacuna/contracts';
import type { JaegerSpan } from '@lacuna/testing';
import { connect, type NatsConnection } from 'nats';

/** Everything a stream holds, decoded as JSON, read with a plain NATS client: no code of ours stands between the test and the truth. */
export async function messagesIn<T>(natsUrl: string, stream: string): Promise<T[]> {
  const connection: NatsConnection = await connect({ servers: natsUrl });
  try {
    const { state } = await (await connection.jetstreamManager()).streams.info(stream);
    if (state.messages === 0) return [];
    const consumer = await connection.jetstream().consumers.get(stream);
    const found: T[] = [];
    for await (const message of await consumer.consume()) {
      found.push(message.json<T>());
      if (message.info.pending === 0) break;
    }
    return found;
  } finally {
    await connection.close();
  }
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
    if (count('job-created') > 1) problems.push(`${id}: ${count('job-created')} Jobs`);
    if (count('container-started') > 1) problems.push(`${id}: started ${count('container-started')} times`);
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
