import { performance } from 'node:perf_hooks';

/** The time of a process. */
export interface Clock {
  /** Unix time in milliseconds, with microseconds as its fraction; never less than what was said before. */
  nowMs(): number;
}

/** How far the monotonic clock may be off the system's before it is set again. Below it, durations stay exact; above, the hosts disagree. */
const MAX_DRIFT_MS = 100;
/** Two readings further apart than this were torn by a pause of the process and prove no drift. */
const SAME_INSTANT_MS = 1;

/**
 * A clock that runs monotonically from the start of the process and follows the system's clock when that is set or the machine was
 * suspended. After a step back it stands still until the system's clock has caught up.
 */
export function createClock(
  systemMs: () => number = Date.now,
  monotonicMs: () => number = () => performance.now(),
  originMs: number = performance.timeOrigin,
): Clock {
  let origin = originMs;
  let last = 0;
  return {
    nowMs() {
      const before = monotonicMs();
      const system = systemMs();
      const after = monotonicMs();
      const drift = system - (origin + after);
      if (after - before < SAME_INSTANT_MS && Math.abs(drift) > MAX_DRIFT_MS) origin += drift;
      last = Math.max(last, Math.round((origin + after) * 1_000) / 1_000);
      return last;
    },
  };
}
