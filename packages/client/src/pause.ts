import { setTimeout as delay } from 'node:timers/promises';

/** Resolves after some milliseconds; rejects at once when the signal is, or gets, aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, signal === undefined ? {} : { signal });
}
