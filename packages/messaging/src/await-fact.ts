import { setTimeout as delay } from 'node:timers/promises';
import { backoff } from './backoff.ts';
import type { Connection } from './connection.ts';
import { readFact } from './read-fact.ts';
import type { RecordedFact } from './recorded-fact.ts';

/** The message is seen when it is sent, a moment before it is stored; so the looks after that follow each other closely. */
const FIRST_LOOK_MS = 1;
/** A message sent while we were disconnected is not seen; this bounds how late the fact is noticed then. */
const SLOWEST_LOOK_MS = 5_000;
/** Where the looks begin to follow each other ever more slowly as long as nothing was seen: at a quarter of a second. */
const LOOKS_WITHOUT_A_SIGN = 8;

/**
 * Waits for the fact on a subject, however long it takes; returns at once when it is there. A plain subscription, because thousands may
 * wait at a time and a consumer each would burden the server. Rejects with the signal's reason when it aborts.
 */
export async function awaitFact(connection: Connection, subject: string, signal: AbortSignal): Promise<RecordedFact> {
  let look = new AbortController();
  // Thousands may wait, and nothing was sent as far as is known: until there is a sign, a look is worth little.
  let looks = LOOKS_WITHOUT_A_SIGN;
  const lookNow = (): void => {
    looks = 0;
    look.abort();
  };
  const subscription = connection.nats.subscribe(subject, { callback: lookNow });
  const forget = connection.onReconnect(lookNow);
  const stop = AbortSignal.any([signal, connection.ended]);
  try {
    for (; ; looks++) {
      stop.throwIfAborted();
      look = new AbortController();
      const found = await readFact(connection, subject);
      if (found !== undefined) return found;
      const pause = backoff(looks, FIRST_LOOK_MS, SLOWEST_LOOK_MS);
      await delay(pause, undefined, { signal: AbortSignal.any([stop, look.signal]) }).catch(() => undefined);
    }
  } finally {
    forget();
    subscription.unsubscribe();
  }
}
