import type { Counts } from './tally.ts';

/** vitest's words in its closing lines and behind its files; an expected failure is a pass. */
const COUNTED: ReadonlyMap<string, keyof Counts> = new Map<string, keyof Counts>([
  ['passed', 'passed'],
  ['expected fail', 'passed'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['todo', 'skipped'],
]);

export interface VitestFigures {
  readonly total: number;
  readonly counts: Counts;
}

/** Reads `2 failed | 5 passed | 1 todo (8)`; `no tests` are none. */
export function totalFigures(text: string): VitestFigures | undefined {
  const open = text.lastIndexOf('(');
  if (open === -1) return text.trim() === 'no tests' ? { total: 0, counts: countsOf([]) } : undefined;
  const total = Number(text.slice(open + 1, -1));
  const valid = text.endsWith(')') && Number.isSafeInteger(total) && open > 1;
  return valid ? { total, counts: countsOf(text.slice(0, open - 1).split(' | ')) } : undefined;
}

/** Reads ` ✓ a.test.js (25 tests | 1 failed) 9ms`, a file of the default reporter. What is not named has passed. */
export function fileFigures(text: string): VitestFigures | undefined {
  const open = text.lastIndexOf(' (');
  if (open === -1 || text.slice(0, open).includes(' > ')) return undefined;
  const [first = '', ...others] = text.slice(open + 2, text.indexOf(')', open)).split(' | ');
  const total = /^(\d{1,9}) tests?$/.exec(first)?.[1];
  if (total === undefined) return undefined;
  const counts = countsOf(others);
  const passed = Math.max(0, Number(total) - counts.failed - counts.skipped);
  return { total: Number(total), counts: { ...counts, passed } };
}

function countsOf(parts: readonly string[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0, errored: 0 };
  for (const part of parts) {
    const [, figure, word = ''] = /^(\d{1,9}) ([a-z ]{1,20})$/.exec(part.trim()) ?? [];
    const counted = COUNTED.get(word);
    if (counted !== undefined) counts[counted] += Number(figure);
  }
  return counts;
}

/** Reads `273ms (transform 35%)`, `1.20s` or `2m 3s`. */
export function vitestDuration(text: string): number {
  const [, number, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s)(?: |$)/.exec(text) ?? [];
  return Number(number ?? Number.NaN) * (unit === 's' ? 1000 : 1);
}
