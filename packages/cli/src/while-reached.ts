import { Failure } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';

/** How long a NATS server may be away under a command; one that restarts is back sooner. Milliseconds. */
const AWAY_MS = 5_000;
const LOOK_MS = 250;

/**
 * Does something over a bus, which by itself waits for its server as long as it takes. Throws `Failure('overloaded')` when the server went
 * away and stays away, and the reason of the signal as soon as that aborts, whatever the work still waits for.
 */
export async function whileReached<T>(
  bus: Pick<Bus, 'status'>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController();
  let reachedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    if (bus.status === 'connected') reachedAt = now;
    else if (now - reachedAt > AWAY_MS) lost.abort(away());
  }, LOOK_MS);
  const either = AbortSignal.any([signal, lost.signal]);
  try {
    return await Promise.race([work(either), aborted(either)]);
  } finally {
    clearInterval(timer);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  return promise;
}

function away(): Failure {
  const what = `the NATS server went away, and is not back after ${AWAY_MS / 1_000} s`;
  return new Failure('overloaded', `${what}; what was begun is not finished: try again when it is back`);
}
