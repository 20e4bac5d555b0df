import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '@lacuna/contracts';
import type { ClosedLogRef } from './closed-log-ref.ts';
import type { StuckLogs } from './stuck-logs.ts';

/** Between two tries. Milliseconds. */
const TRY_AGAIN_MS = { first: 250, most: 15_000 } as const;
/** What passes within this time is told to nobody. Milliseconds. */
const STUCK_AFTER_MS = 5_000;

/**
 * Tries until it is done. What the archive can't do now holds up this log and not all others one by one: they would meet the same. Throws what can't
 * ever be done, when it is told.
 */
export async function untilDone(
  log: ClosedLogRef,
  attempt: () => Promise<void>,
  { stuck, now }: { readonly stuck: StuckLogs; readonly now: () => number },
  signal: AbortSignal,
): Promise<void> {
  const since = now();
  try {
    for (let waitMs: number = TRY_AGAIN_MS.first; ; waitMs = Math.min(waitMs * 2, TRY_AGAIN_MS.most)) {
      try {
        await attempt();
        return await stuck.done(log);
      } catch (error) {
        signal.throwIfAborted();
        const mayPass = error instanceof Failure && error.disposition === 'retry';
        if (!mayPass || now() - since >= STUCK_AFTER_MS) await stuck.tell(log, since, error);
        if (!mayPass) throw error;
      }
      await sleep(waitMs, undefined, { signal });
    }
  } finally {
    stuck.leave(log);
  }
}
