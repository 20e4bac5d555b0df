/** What a caller should wait before it tries again what was refused as `overloaded`, unless it is told otherwise. */
export const RETRY_AFTER_MS = 5_000;

/** Milliseconds of a `Retry-After` header: seconds or an HTTP date (RFC 9110, 10.2.3); undefined when there is none to be read. */
export function parseRetryAfter(header: string | null | undefined, now: number): number | undefined {
  if (header === null || header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
