import type { ChangeOutcome } from '@lacuna/cluster';
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the cluster has heard it, whatever it answers, or the signal is aborted; more and more seldom, at last every five seconds. */
export async function untilHeard(ask: () => Promise<ChangeOutcome>, signal: AbortSignal): Promise<void> {
  for (let waitMs = 250; !signal.aborted; waitMs = Math.min(waitMs * 2, 5_000)) {
    const outcome = await ask();
    if (outcome.kind !== 'unavailable') return;
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
