import { SpanKind } from '@opentelemetry/api';
import { factTypeSubjects, STREAMS, type FactType } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import type { Consumer } from './consumer.ts';
import type { Delivery } from './delivery.ts';
import type { FailurePolicy } from './fail-delivery.ts';
import { inDetailSpan, messagingAttributes } from './detail-span.ts';
import { recordedFact, type RecordedFact } from './recorded-fact.ts';
import { runWorker } from './run-worker.ts';

/** A durable consumer of facts. Replicas that use the same name share the work; each fact goes to one of them. */
export interface FactConsumer extends FailurePolicy {
  readonly types: readonly FactType[];
  /** A fact whose handler has died is delivered again after this long, in milliseconds. Default 30,000. */
  readonly ackWaitMs?: number;
}

/** What a handler may want to know besides the message. */
export interface WorkContext {
  /** Aborted when the worker is to stop. A handler that gives up then has its message delivered to another replica at once. */
  readonly signal: AbortSignal;
  /** 1 for the first. */
  readonly deliveries: number;
}

/** Handles one fact; idempotent, because a fact can come more than once. Throws a `Failure` to say what shall become of it. */
export type FactHandler = (recorded: RecordedFact, context: WorkContext) => Promise<void>;

const ACK_WAIT_MS = 30_000;

/**
 * Works through the facts of some types, up to `concurrency` at a time, from the first one ever, until the signal aborts and the
 * running handlers are done. A handler may take as long as it needs. What it throws decides: `retry` = again later; `rejected`, `failed`
 * and undecodable facts = dead letter; a bug = again, from the third delivery a dead letter.
 */
export function work(
  connection: Connection,
  consumer: FactConsumer & { readonly concurrency: number },
  handler: FactHandler,
  signal: AbortSignal,
): Promise<void> {
  const handle = async (delivery: Delivery): Promise<void> => {
    const fact = recordedFact(delivery);
    const { evaluation, type } = fact.fact;
    const attributes = messagingAttributes('process', type);
    const detail = { name: `process ${type}`, kind: SpanKind.CONSUMER, evaluation, attributes };
    await inDetailSpan(detail, () => handler(fact, { signal, deliveries: delivery.deliveries }));
  };
  return runWorker(connection, { ...consumer, ...durableOf(consumer) }, handle, signal);
}

/** The consumer on the stream of facts. */
export function durableOf({ name, types, ackWaitMs }: FactConsumer): Consumer {
  const filters = types.flatMap(factTypeSubjects);
  return { stream: STREAMS.facts.name, name, filters, ackWaitMs: ackWaitMs ?? ACK_WAIT_MS };
}
