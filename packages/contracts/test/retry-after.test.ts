import { expect, test } from 'vitest';
import { parseRetryAfter } from '../src/retry-after.ts';

const NOW = Date.parse('2026-11-23T20:00:00Z');

test.for([
  ['3', 3_000],
  [' 0 ', 0],
  ['Mon, 23 Nov 2026 20:00:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 19:00:00 GMT', 0],
  ['soon', undefined],
  [null, undefined],
] as const)('Retry-After "%s" asks for %s ms', ([header, expected]) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected);
});
