import { expect, it } from 'vitest';
import { hrTime } from '../src/hr-time.ts';

it('keeps microseconds exactly', () => {
  expect(hrTime(1_764_000_000_123.456)).toEqual([1_764_000_000, 123_456_000]);
});

it('carries a fraction that rounds up into the next second', () => {
  expect(hrTime(1_764_000_000_999.9998)).toEqual([1_764_000_001, 0]);
});

it('gives every microsecond of a second its own value, in order', () => {
  const base = 1_764_000_000_000;
  for (let micros = 0; micros < 1_000_000; micros += 37) {
    expect(hrTime(base + micros / 1_000)).toEqual([1_764_000_000, micros * 1_000]);
  }
});
