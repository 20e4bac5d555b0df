import { expect, test } from 'vitest';
import { defined } from '../src/index.ts';

test('what is undefined is left out, and everything else is kept in its order', () => {
  const parts = { a: undefined, b: 0, c: '', d: null, e: false, f: undefined };
  expect(Object.entries(defined(parts))).toEqual([
    ['b', 0],
    ['c', ''],
    ['d', null],
    ['e', false],
  ]);
});
