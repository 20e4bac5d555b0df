import { testId } from '@lacuna/contracts/testing';
import { expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from '../src/read-model/cursor.ts';

it.each([0, 1_795_471_688_673.968, 1_800_000_000_000])('names the place %d exactly', (submittedAt) => {
  const place = { submittedAt, id: testId(3) };
  expect(decodeCursor(encodeCursor(place))).toEqual(place);
  expect(encodeCursor(place)).toMatch(/^[\w-]+$/);
});

it.each([
  '',
  'x',
  'bm90IGEgY3Vyc29y',
  Buffer.from('1/ev-1').toString('base64url'),
  Buffer.from(`NaN/${testId()}`).toString('base64url'),
  Buffer.from(`/${testId()}`).toString('base64url'),
  Buffer.from(`1/${testId()}/x`).toString('base64url'),
])('does not take %j for one', (cursor) => {
  expect(decodeCursor(cursor)).toBeUndefined();
});
