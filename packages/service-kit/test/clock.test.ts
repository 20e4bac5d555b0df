import { expect, it } from 'vitest';
import { createClock } from '../src/clock.ts';

const ORIGIN = 1_764_000_000_000;

/** A clock over a system clock and a monotonic one that the test moves. */
function movable(): {
  readonly now: () => number;
  readonly pass: (ms: number) => void;
  readonly step: (ms: number) => void;
} {
  let system = ORIGIN;
  let monotonic = 0;
  const clock = createClock(
    () => Math.floor(system),
    () => monotonic,
    ORIGIN,
  );
  return {
    now: () => clock.nowMs(),
    pass(ms) {
      system += ms;
      monotonic += ms;
    },
    step(ms) {
      system += ms;
    },
  };
}

it('counts microseconds from the start of the process', () => {
  const { now, pass } = movable();
  pass(1.234_567);
  expect(now()).toBe(ORIGIN + 1.235);
});

it('ignores small corrections of the system clock, so that durations stay exact', () => {
  const { now, pass, step } = movable();
  step(60);
  pass(10);
  expect(now()).toBe(ORIGIN + 10);
});

it('follows when the system clock is set ahead or the machine was suspended', () => {
  const { now, pass, step } = movable();
  step(3_600_000);
  pass(10);
  expect(now()).toBe(ORIGIN + 3_600_010);
});

it('stands still after a step back until the system clock has caught up, and then goes on with it', () => {
  const { now, pass, step } = movable();
  pass(5_000);
  const before = now();
  step(-3_000);
  expect(now()).toBe(before);
  pass(2_000);
  expect(now()).toBe(before);
  pass(1_500);
  expect(now()).toBe(ORIGIN + 5_500);
});

it('does not take a pause between its readings for a step of the system clock', () => {
  let monotonic = 0;
  const clock = createClock(
    () => {
      monotonic += 400;
      return ORIGIN;
    },
    () => monotonic,
    ORIGIN,
  );
  expect(clock.nowMs()).toBe(ORIGIN + 400);
});

it('never goes backwards in a real process, and is near the system clock', () => {
  const clock = createClock();
  let last = 0;
  for (let i = 0; i < 10_000; i++) {
    const now = clock.nowMs();
    expect(now).toBeGreaterThanOrEqual(last);
    last = now;
  }
  expect(Math.abs(clock.nowMs() - Date.now())).toBeLessThan(2_000);
});
