import { expect, test } from 'vitest';
import { ApiError } from '../src/api-error.ts';

test('a consumer whose files could not be made may be had soon; one that may not be changed so is wrong for good', () => {
  const transient = (description: string): boolean => new ApiError(500, 10_012, description).transient;
  expect(transient('error creating store for consumer')).toBe(true);
  expect(transient('deliver policy can not be updated')).toBe(false);
});
