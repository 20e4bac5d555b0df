import { Failure } from '@lacuna/contracts';
import { backoff } from './backoff.ts';
import { Batcher } from './batcher.ts';
import type { Connection } from './connection.ts';
import { ensureConsumer } from './consumer.ts';
import type { Delivery } from './delivery.ts';
import { failDelivery } from './fail-delivery.ts';
import { HeldDeliveries } from './held-deliveries.ts';
import { Pull } from './pull.ts';
import { recordedFact, type RecordedFact } from './recorded-fact.ts';
import { durableOf, type FactConsumer } from './work.ts';

/** A consumer whose facts are handled many at a time. */
export interface BatchConsumer extends FactConsumer {
  readonly maxBatch: number;
  /** A batch that is not full waits this long for more, in milliseconds. */
  readonly maxWaitMs: number;
}

/** Handles a batch and returns the facts that are done; the others come again. */
export type BatchHandler = (
  facts: readonly RecordedFact[],
  context: { readonly signal: AbortSignal },
) => Promise<ReadonlySet<RecordedFact>>;

const LONGEST_DELAY_MS = 30_000;

/**
 * As `work`, but in batches, one after the other. When the handler throws `retry`, the whole batch comes again; when it throws
 * anything else, each fact is tried alone, so that one poisonous fact does not stop the others.
 */
export async function workBatch(
  connection: Connection,
  consumer: BatchConsumer,
  handler: BatchHandler,
  signal: AbortSignal,
): Promise<void> {
  const durable = durableOf(consumer);
  using held = new HeldDeliveries(durable.ackWaitMs);
  const batcher = new Batcher<Delivery>(consumer.maxBatch, consumer.maxWaitMs);
  const receive = (delivery: Delivery): void => {
    if (signal.aborted) delivery.nak();
    else if (held.add(delivery)) batcher.add(delivery);
    else pull.release();
  };
  const prepare = (timeoutMs: number): Promise<string> => ensureConsumer(connection, durable, timeoutMs);
  const pull = new Pull(connection, { stream: durable.stream, window: consumer.maxBatch, prepare, receive }, signal);
  const over = new AbortController();
  const ended = pull.ended.finally(() => {
    over.abort();
    batcher.flush();
  });
  ended.catch(() => undefined);
  signal.addEventListener('abort', () => batcher.flush(), { once: true });
  while (!over.signal.aborted) {
    const batch = await batcher.next();
    if (signal.aborted) for (const delivery of batch) delivery.nak();
    else await handleBatch({ connection, consumer, handler, signal }, batch);
    for (const delivery of batch) {
      held.remove(delivery);
      pull.release();
    }
  }
  await ended;
}

interface Handling {
  readonly connection: Connection;
  readonly consumer: BatchConsumer;
  readonly handler: BatchHandler;
  readonly signal: AbortSignal;
}

async function handleBatch(handling: Handling, deliveries: readonly Delivery[]): Promise<void> {
  const batch = new Map<RecordedFact, Delivery>();
  for (const delivery of deliveries) {
    try {
      batch.set(recordedFact(delivery), delivery);
    } catch (error) {
      await failDelivery(handling.connection, handling.consumer, delivery, error);
    }
  }
  if (batch.size > 0) await handleFacts(handling, batch);
}

async function handleFacts(handling: Handling, batch: ReadonlyMap<RecordedFact, Delivery>): Promise<void> {
  const { connection, consumer, handler, signal } = handling;
  try {
    const done = await handler([...batch.keys()], { signal });
    for (const [fact, delivery] of batch) {
      if (done.has(fact)) delivery.ack();
      else delivery.nak(backoff(delivery.deliveries - 1, 250, LONGEST_DELAY_MS));
    }
  } catch (error) {
    const temporary = error instanceof Failure && error.disposition === 'retry';
    if (signal.aborted && !(error instanceof Failure)) for (const delivery of batch.values()) delivery.nak();
    else if (temporary || batch.size === 1)
      for (const delivery of batch.values()) await failDelivery(connection, consumer, delivery, error);
    else for (const entry of batch) await handleFacts(handling, new Map([entry]));
  }
}
