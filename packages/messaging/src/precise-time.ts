/**
 * Stream times as Unix milliseconds with three decimals. Every way to read a message must give the same number, because spans are
 * computed from it and must come out byte for byte the same; so both forms are cut to microseconds, the finest that a double holds.
 */
export function timeOfNanos(nanos: string): number {
  return Number(nanos.slice(0, -3)) / 1_000;
}

/** As above, from RFC 3339 in UTC with up to nine decimals. */
export function timeOfRfc3339(text: string): number {
  const [seconds = '', decimals = ''] = text.replace('Z', '').split('.');
  return (Date.parse(`${seconds}Z`) * 1_000 + Number(decimals.padEnd(6, '0').slice(0, 6))) / 1_000;
}
