/** Below this the two clocks differ by rounding and slewing; above, the system's clock was set. Milliseconds. */
const CLOCK_WAS_SET_MS = 50;

let systemAt = Date.now();
let monotonicAt = performance.now();

/** Unix milliseconds with microseconds as the fraction: short runs have a length, and two events of one millisecond an order. */
export function nowMs(): number {
  const now = systemAt + performance.now() - monotonicAt;
  const system = Date.now();
  if (Math.abs(system - now) < CLOCK_WAS_SET_MS) return Math.round(now * 1_000) / 1_000;
  [systemAt, monotonicAt] = [system, performance.now()];
  return system;
}
