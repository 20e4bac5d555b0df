import { parseDuration } from '@lacuna/contracts';
import { InvalidArgumentError } from 'commander';

/** Collects repeated `KEY=VALUE` options; the value may hold more `=`. */
export function addPair(text: string, pairs: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Give it as KEY=VALUE.');
  return { ...pairs, [text.slice(0, at)]: text.slice(at + 1) };
}

/** Reads a whole number between two others. */
export function wholeNumber(least: number, most = Infinity): (text: string) => number {
  const above = Number.isFinite(least) ? ` of at least ${least}` : '';
  const below = Number.isFinite(most) ? ` and at most ${most}` : '';
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : NaN;
    if (!Number.isSafeInteger(value) || value < least || value > most)
      throw new InvalidArgumentError(`Give a whole number${above}${below}.`);
    return value;
  };
}

/** The longest that a timer can be set to, rounded down. Milliseconds. */
const LONGEST_MS = 500 * 3_600_000;

/** Reads a duration, as milliseconds. */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined || ms > LONGEST_MS)
    throw new InvalidArgumentError('Give a duration such as 90s, 10m or 1h, of at most 500h.');
  return ms;
}

/** How a time may be given; for the help of options. */
export const SINCE_HELP = '90s, 10m, 1h, or a time such as 2026-11-23T20:00Z';

/** Reads a time: a duration before now, or a date. */
export function sinceTime(text: string): Date {
  const ago = parseDuration(text);
  if (ago !== undefined) return new Date(Date.now() - ago);
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time))
    throw new InvalidArgumentError('Give a duration such as 1h, or a time such as 2026-11-23T20:00Z.');
  return new Date(time);
}
