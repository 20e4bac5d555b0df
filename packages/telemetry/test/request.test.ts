import { expect, it } from 'vitest';
import { excerpt, parseRetryAfter } from '../src/request.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');

it.each([
  [null, undefined],
  ['7', 7_000],
  ['0', 0],
  ['Mon, 23 Nov 2026 10:00:30 GMT', 30_000],
  ['Mon, 23 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
])('Retry-After %s means %s ms', (header, ms) => {
  expect(parseRetryAfter(header, NOW)).toBe(ms);
});

it('shows the text inside a binary error, on one line', () => {
  expect(excerpt(Buffer.from([8, 3, 18, 4, ...Buffer.from('bad\nspan'), 0, 255]))).toBe('bad span');
});
