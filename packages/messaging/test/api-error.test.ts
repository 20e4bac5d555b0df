import { expect, test } from 'vitest';
import { ApiError } from '../src/api-error.ts';

test('a consumer whose files could not be made may be had soon; one that may not be changed so is wrong for good', () => {
  const transient = (description: string): boolean => new ApiError(500, 10_012, description).transient;
  expect(transient('error creating store for consumer')).toBe(true);
  expect(transient('deliver policy can not be updated')).toBe(false);
});

test('a subject that is taken is told apart from a stream that is full', () => {
  const taken = (description: string): boolean => new ApiError(503, 10_077, description).taken;
  expect(taken('maximum messages per subject exceeded')).toBe(true);
  expect(taken('maximum messages exceeded')).toBe(false);
});

test('servers that have not heard of each other yet can place a stream soon', () => {
  expect(new ApiError(400, 10_005, 'no suitable peers for placement, peer offline').transient).toBe(true);
});
