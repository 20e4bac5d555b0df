import type { Connection } from './connection.ts';
import type { Delivery } from './delivery.ts';
import { OrderedReading } from './ordered-reading.ts';
import { CAUGHT_UP, type OrderedSource } from './ordered-source.ts';

/**
 * The messages of a stream in order, each exactly once, across reconnects and server restarts, until the signal aborts. Nothing is
 * acknowledged, so what the server sent into a broken connection is lost to its consumer: after every break, and when consumer
 * sequences jump, a new consumer starts behind the last message received.
 * Throws `Failure('stream-drift')` when the stream ends before `fromSeq`: it was recreated or restored, and `Failure('overloaded')` when the server has no
 * consumer left to give.
 */
export async function* ordered(
  connection: Connection,
  source: OrderedSource,
  signal: AbortSignal,
): AsyncGenerator<Delivery | typeof CAUGHT_UP, void, undefined> {
  const stop = new AbortController();
  const reading = new OrderedReading(connection, source, AbortSignal.any([signal, stop.signal]));
  try {
    while (true) {
      const items = await reading.next();
      if (items === undefined) return;
      for (const item of items) {
        if (signal.aborted) return;
        yield item;
        if (item !== CAUGHT_UP) reading.release();
      }
    }
  } finally {
    stop.abort();
  }
}
