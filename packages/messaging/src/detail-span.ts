import { context, ROOT_CONTEXT, SpanStatusCode, trace, type Attributes, type SpanKind } from '@opentelemetry/api';
import { spanIdOf, traceIdOf, type EvaluationId } from '@lacuna/contracts';

const tracer = trace.getTracer('@lacuna/messaging');

/** What a detail span is about. */
interface Detail {
  readonly name: string;
  readonly kind: SpanKind;
  readonly evaluation: EvaluationId;
  readonly attributes?: Attributes;
}

/**
 * Runs work in a detail span under the root of the evaluation's contract trace, so that what it calls is found there too. What was active
 * before, such as the HTTP request that brought the evaluation, becomes a link. Detail spans may be lost without harm; without an
 * SDK this only runs the work.
 */
export async function inDetailSpan<T>(
  { name, kind, evaluation, attributes = {} }: Detail,
  run: () => Promise<T>,
): Promise<T> {
  const root = {
    traceId: traceIdOf(evaluation),
    spanId: spanIdOf(evaluation, 1, 'root'),
    traceFlags: 1,
    isRemote: true,
  };
  const active = trace.getActiveSpan()?.spanContext();
  const links = active === undefined || active.traceId === root.traceId ? [] : [{ context: active }];
  const parent = trace.setSpanContext(ROOT_CONTEXT, root);
  const span = tracer.startSpan(name, { kind, attributes, links }, parent);
  if (!span.isRecording()) return run();
  try {
    return await context.with(trace.setSpan(parent, span), run);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    span.end();
  }
}

/** Attributes of the semantic conventions for messaging (1.44, in development); the system's name is under its old and its new key. */
export function messagingAttributes(operation: 'publish' | 'process', type: string): Attributes {
  return {
    'messaging.system': 'nats',
    'messaging.system.name': 'nats',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation === 'publish' ? 'send' : 'process',
    'messaging.destination.template': `lacuna.evaluation.{id}.{attempt}.${type}`,
  };
}
