import { setTimeout as delay } from 'node:timers/promises';
import { Failure, RETRY_AFTER_MS } from '@lacuna/contracts';
import { ApiError } from './api-error.ts';
import { backoff } from './backoff.ts';
import type { Connection } from './connection.ts';
import { NoAnswer } from './no-answer.ts';

/** How long to go on. */
interface Patience {
  /** From now, in milliseconds; `Infinity` = until the signal aborts. */
  readonly withinMs: number;
  readonly signal?: AbortSignal;
}

/** The default patience: longer than a server restart or an election takes (30 s is what the client needs to notice a frozen server). */
export const DEADLINE_MS = 60_000;

/** One attempt; after it the answer is taken for lost, and asked for anew. Milliseconds. */
const ATTEMPT_MS = 5_000;

/**
 * Repeats an idempotent attempt until it has an outcome: a value, or an error that says something. Silence, elections and
 * restarts say nothing. Throws `Failure('overloaded')` at the deadline, at once when there is no room; and two seconds after the
 * process was told to stop, at the first silence: it is then as unknown as after a crash, and whoever comes next makes it good.
 */
export async function untilKnown<T>(
  connection: Connection,
  patience: Patience,
  attempt: (timeoutMs: number) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + patience.withinMs;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt(Math.min(ATTEMPT_MS, deadline - performance.now()));
    } catch (error) {
      if (error instanceof ApiError && error.full) throw overloaded(error);
      if (!isSilence(error)) throw error;
      patience.signal?.throwIfAborted();
      const left = deadline - performance.now();
      if (left <= 0 || connection.status === 'closed' || connection.hurried.aborted) throw overloaded(error);
      await pause(connection, Math.min(left, backoff(failures, 20, 1_000)), patience.signal);
    }
  }
}

/** The failure for what could not be stored or read in time. */
export function overloaded(cause: Error): Failure {
  return new Failure('overloaded', cause.message, { cause, retryAfterMs: RETRY_AFTER_MS });
}

function isSilence(error: unknown): error is Error {
  return error instanceof NoAnswer || (error instanceof ApiError && error.transient);
}

/** Waits; a reconnect ends the wait, because that is what is mostly waited for. */
async function pause(connection: Connection, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const early = new AbortController();
  const forget = connection.onReconnect(() => early.abort());
  const stop = AbortSignal.any([early.signal, connection.ended, connection.hurried, ...(signal ? [signal] : [])]);
  await delay(ms, undefined, { signal: stop }).catch(() => undefined);
  forget();
}
