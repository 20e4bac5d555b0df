import { context, propagation, trace } from '@opentelemetry/api';
import { factDefinition, spanIdOf, traceIdOf, traceparentOf, type Fact } from '@lacuna/contracts';

/**
 * CloudEvents 1.0 headers (NATS binding, binary mode) and one `traceparent`: that of the active span if there is one, else that
 * of the evaluation's contract trace. Two of them would make a receiver start a new trace.
 */
export function factHeaders(fact: Fact, subject: string): Record<string, string> {
  const headers: Record<string, string> = {
    'ce-specversion': '1.0',
    'ce-id': subject,
    'ce-type': `dev.lacuna.${fact.type}.v1`,
    'ce-source': `/lacuna/${factDefinition(fact.type)?.producer ?? 'unknown'}`,
    'ce-time': new Date(fact.at).toISOString(),
    'content-type': 'application/json',
  };
  if (trace.getActiveSpan() !== undefined) propagation.inject(context.active(), headers);
  headers['traceparent'] ??= traceparentOf(traceIdOf(fact.evaluation), spanIdOf(fact.evaluation, fact.attempt, 'root'));
  return headers;
}
