import type { Counts } from './tally.ts';

/** The closing line's words, singular and plural, and what they count as (see `pytest-result.ts`); others are no test results. */
const COUNTED: ReadonlyMap<string, keyof Counts> = new Map<string, keyof Counts>([
  ['passed', 'passed'],
  ['xpassed', 'passed'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['xfailed', 'skipped'],
  ['error', 'errored'],
  ['errors', 'errored'],
]);
const UNCOUNTED = [
  'deselected',
  'warning',
  'warnings',
  'rerun',
  'reruns',
  'subtests passed',
  'subtests failed',
  'subtests skipped',
];
/** All figures of a closing line together are shorter. Characters. */
const MAX_CLOSING_LINE = 400;

export interface PytestClosing {
  readonly claimed: Counts;
  readonly durationMs: number;
}

/** Reads `2 failed, 7 passed, 1 warning in 0.08s` or `no tests ran in 0.01s`. */
export function closingFigures(text: string): PytestClosing | undefined {
  const at = text.lastIndexOf(' in ');
  if (at === -1 || text.length > MAX_CLOSING_LINE) return undefined;
  const seconds = /^(\d+(?:\.\d+)?)s(?: \([^)]*\))?$/.exec(text.slice(at + 4))?.[1];
  const claimed = countsOf(text.slice(0, at));
  return seconds === undefined || claimed === undefined ? undefined : { claimed, durationMs: Number(seconds) * 1000 };
}

function countsOf(text: string): Counts | undefined {
  const counts = { passed: 0, failed: 0, skipped: 0, errored: 0 };
  if (text === 'no tests ran') return counts;
  for (const part of text.split(', ')) {
    const space = part.indexOf(' ');
    const figure = Number(part.slice(0, space));
    const counted = COUNTED.get(part.slice(space + 1));
    if (space === -1 || !Number.isSafeInteger(figure)) return undefined;
    if (counted !== undefined) counts[counted] += figure;
    else if (!UNCOUNTED.includes(part.slice(space + 1))) return undefined;
  }
  return counts;
}

export interface PytestCollection {
  readonly selected: number;
  /** Files that could not be collected: each is one thing that could not be judged. */
  readonly errors: number;
  /** Several workers (xdist): many tests are in flight at once. */
  readonly parallel: boolean;
}

/** Reads `collected 25 items / 1 error / 12 deselected / 13 selected` and the two forms of xdist, `2 workers [25 items]`, `gw0 [25] / gw1 [25]`. */
export function collection(text: string): PytestCollection | undefined {
  const at = text.indexOf('collected ');
  if (at === 0 || (at > 0 && text.startsWith('collecting'))) {
    const items = figureBefore(text, ' item');
    if (items === undefined) return undefined;
    return {
      selected: figureBefore(text, ' selected') ?? items,
      errors: figureBefore(text, ' error') ?? 0,
      parallel: false,
    };
  }
  const xdist = /^(?:\d+ workers? \[(\d+) items?\]|gw\d+ \[(\d+)\](?: \/ gw\d+ \[\d+\])*)$/.exec(text.trimEnd());
  const items = xdist?.[1] ?? xdist?.[2];
  return items === undefined ? undefined : { selected: Number(items), errors: 0, parallel: true };
}

function figureBefore(text: string, word: string): number | undefined {
  const at = text.indexOf(word);
  if (at === -1) return undefined;
  const digits = text.slice(text.lastIndexOf(' ', at - 1) + 1, at);
  return /^\d{1,9}$/.test(digits) ? Number(digits) : undefined;
}
