import type { Counts } from './tally.ts';

const COUNTED: ReadonlyMap<string, keyof Counts> = new Map<string, keyof Counts>([
  ['passed', 'passed'],
  ['failed', 'failed'],
  ['skipped', 'skipped'],
  ['todo', 'skipped'],
]);

export interface JestFigures {
  readonly counts: Counts;
  readonly total: number;
  /** How many there would have been; differs from `total` when jest stopped early. */
  readonly of: number;
}

/** Reads `2 failed, 1 todo, 5 passed, 8 total` and `1 failed, 1 of 2 total`. */
export function jestFigures(text: string): JestFigures | undefined {
  const counts = { passed: 0, failed: 0, skipped: 0, errored: 0 };
  for (const part of text.trim().split(', ')) {
    const [, figure = '', of, word = ''] = /^(\d{1,9})(?: of (\d{1,9}))? ([a-z]{1,20})$/.exec(part) ?? [];
    const counted = COUNTED.get(word);
    if (word === 'total') return { counts, total: Number(figure), of: Number(of ?? figure) };
    if (counted !== undefined) counts[counted] += Number(figure);
  }
  return undefined;
}
