import { Failure } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { ensureConsumer, type Consumer } from './consumer.ts';
import type { Delivery } from './delivery.ts';
import { failDelivery, type FailurePolicy } from './fail-delivery.ts';
import { HeldDeliveries } from './held-deliveries.ts';
import { Pull } from './pull.ts';

/** A durable consumer, how many of its messages are handled at a time, and what becomes of those that fail. */
interface Worker extends Consumer, FailurePolicy {
  readonly concurrency: number;
}

/**
 * Hands the messages of a durable consumer to `handle` until the signal aborts; then gives back what it has not begun, waits for
 * what it has, and resolves. A message is acknowledged when `handle` resolves; what it throws decides otherwise.
 */
export async function runWorker(
  connection: Connection,
  worker: Worker,
  handle: (delivery: Delivery) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  using held = new HeldDeliveries(worker.ackWaitMs);
  const running = new Set<Promise<void>>();
  const backlog: Delivery[] = [];
  const begin = (delivery: Delivery): void => {
    const run = settle(delivery, { connection, worker, handle, signal }).finally(() => {
      running.delete(run);
      held.remove(delivery);
      pull.release();
      const next = backlog.shift();
      if (next !== undefined) begin(next);
    });
    running.add(run);
  };
  const receive = (delivery: Delivery): void => {
    if (signal.aborted) return delivery.nak();
    if (!held.add(delivery)) return pull.release();
    // A break can leave a pull open on the server, whose messages come on top of the next one's.
    if (running.size < worker.concurrency) begin(delivery);
    else backlog.push(delivery);
  };
  const prepare = (timeoutMs: number): Promise<string> => ensureConsumer(connection, worker, timeoutMs);
  const pull = new Pull(connection, { stream: worker.stream, window: worker.concurrency, prepare, receive }, signal);
  const giveBack = (): void => {
    for (const delivery of backlog.splice(0)) delivery.nak();
  };
  signal.addEventListener('abort', giveBack, { once: true });
  try {
    await pull.ended;
  } finally {
    await Promise.all(running);
  }
}

interface Settling {
  readonly connection: Connection;
  readonly worker: Worker;
  readonly handle: (delivery: Delivery) => Promise<void>;
  readonly signal: AbortSignal;
}

async function settle(delivery: Delivery, { connection, worker, handle, signal }: Settling): Promise<void> {
  try {
    await handle(delivery);
    delivery.ack();
  } catch (error) {
    // Whoever gives up because it has to stop says nothing about the message.
    if (signal.aborted && !(error instanceof Failure)) delivery.nak();
    else await failDelivery(connection, worker, delivery, error);
  }
}
