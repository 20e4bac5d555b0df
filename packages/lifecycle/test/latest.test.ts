import { expect, test } from 'vitest';
import { latest } from '../src/evaluation.ts';

test.each([
  ['of several the one that came last', { a: { at: 1 }, b: { at: 3 }, c: { at: 2 } }, { at: 3 }],
  ['whatever order they are in', { c: { at: 3 }, a: { at: 1 }, b: { at: 2 } }, { at: 3 }],
  ['of none there is none', {}, undefined],
])('%s', (_, facts: Readonly<Record<string, { readonly at: number }>>, expected) => {
  expect(latest(facts)).toEqual(expected);
});

test('of equally late ones every reader picks the same: the one with the smaller key', () => {
  const [a, b] = [
    { at: 1, reason: 'a' },
    { at: 1, reason: 'b' },
  ];
  expect(latest({ b, a })).toBe(a);
  expect(latest({ a, b })).toBe(a);
});
