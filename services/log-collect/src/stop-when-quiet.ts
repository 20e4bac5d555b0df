import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Some sources never end a stream that is followed (fault L20). Once the container is known to have ended, this aborts the reading as
 * soon as no byte has come for `quietMs`; what is still missing then is the business of the final reads. Ends with `over`.
 */
export async function stopWhenQuiet(
  reading: AbortController,
  { ended, bytes, quietMs, over }: { ended: Promise<unknown>; bytes: () => number; quietMs: number; over: AbortSignal },
): Promise<void> {
  await ended;
  for (let seen = -1; !over.aborted && seen !== bytes();) {
    seen = bytes();
    await sleep(quietMs, undefined, { signal: over }).catch(() => undefined);
  }
  reading.abort();
}
