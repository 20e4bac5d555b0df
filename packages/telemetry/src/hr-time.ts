import type { HrTime } from '@opentelemetry/api';

/**
 * Unix milliseconds with a fraction as seconds and nanoseconds. A double of today's size resolves a quarter of a microsecond, so the time
 * is rounded to whole microseconds first, in integers; more digits would be noise, and noise would differ between two exports.
 */
export function hrTime(unixMs: number): HrTime {
  const micros = Math.round(unixMs * 1_000);
  const seconds = Math.floor(micros / 1_000_000);
  return [seconds, (micros - seconds * 1_000_000) * 1_000];
}
