import { describe, expect, test } from 'vitest';
import { Sleeps } from '../src/sleeps.ts';

const SETTLE_MS = 10_000;

/** Looks at the given times, each with the time by which the machine was awake. */
const after = (...looks: readonly (readonly [now: number, awakeMs: number])[]): Sleeps => {
  const sleeps = new Sleeps(SETTLE_MS);
  for (const [now, awakeMs] of looks) sleeps.look(now, awakeMs);
  return sleeps;
};

describe('a deadline', () => {
  test('of what began after the start is due as it is', () => {
    expect(after([1_000, 0]).dueAt(1_500, 1_200)).toBe(1_500);
  });

  test('that passed before the start is due when the others had time to start', () => {
    expect(after([100_000, 0]).dueAt(50_000, 20_000)).toBe(110_000);
    expect(after([100_000, 0]).dueAt(150_000, 20_000)).toBe(150_000);
  });

  test('of what ran while the machine slept is later by the sleep', () => {
    const slept = after([100_000, 0], [100_250, 250], [700_250, 500]);
    expect(slept.dueAt(160_000, 100_100)).toBe(160_000 + 599_750);
    expect(slept.dueAt(760_000, 700_300)).toBe(760_000);
  });

  test('that passed while only this process was stopped is due after a moment', () => {
    expect(after([100_000, 0], [400_000, 300_000]).dueAt(160_000, 100_100)).toBe(410_000);
  });

  test('is not moved by a clock that is set back, nor by looks that follow each other', () => {
    expect(after([100_000, 0], [104_000, 4_000], [90_000, 4_250]).dueAt(95_000, 100_100)).toBe(95_000);
  });
});
