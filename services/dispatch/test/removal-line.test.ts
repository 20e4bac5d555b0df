import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { RemovalLine } from '../src/removal-line.ts';

const busy = { evaluations: false, room: false };

beforeEach(() => {
  vi.useFakeTimers({ now: 0 });
  Object.assign(busy, { evaluations: false, room: false });
});
afterEach(() => void vi.useRealTimers());

function line(signal = new AbortController().signal, concurrency = 8): RemovalLine {
  const times = { leastMs: 2_000, mostMs: 15_000 };
  const isBusy = () => busy.evaluations;
  const isWanted = () => busy.room;
  return new RemovalLine({ ...times, concurrency, isBusy, isWanted, now: () => Date.now() }, signal);
}

/** Asks for a removal; says when it ran. */
function asked(of: RemovalLine, since = Date.now()): { ranAt?: number } {
  const removal: { ranAt?: number } = {};
  void of.run(since, async () => void (removal.ranAt = Date.now()));
  return removal;
}

describe('a removal', () => {
  test('waits until the cluster has written all about the end', async () => {
    const removal = asked(line());
    await vi.advanceTimersByTimeAsync(1_900);
    expect(removal.ranAt).toBeUndefined();
    await vi.advanceTimersByTimeAsync(600);
    expect(removal.ranAt).toBe(2_000);
  });

  test('makes way for evaluations, until they are over', async () => {
    busy.evaluations = true;
    const removal = asked(line());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(removal.ranAt).toBeUndefined();
    busy.evaluations = false;
    await vi.advanceTimersByTimeAsync(500);
    expect(removal.ranAt).toBe(10_250);
  });

  test('makes way no longer than it may', async () => {
    busy.evaluations = true;
    const removal = asked(line());
    await vi.advanceTimersByTimeAsync(16_000);
    expect(removal.ranAt).toBe(15_000);
  });

  test('of long ago, as after a restart, waits for nothing', async () => {
    vi.setSystemTime(60_000);
    busy.evaluations = true;
    const removal = asked(line(), 1);
    await vi.advanceTimersByTimeAsync(0);
    expect(removal.ranAt).toBe(60_000);
  });

  test('goes at once when somebody waits for its room', async () => {
    busy.room = true;
    const removal = asked(line());
    await vi.advanceTimersByTimeAsync(0);
    expect(removal.ranAt).toBe(0);
  });

  test('runs beside four times as many when the line does not keep up', async () => {
    busy.evaluations = true;
    vi.setSystemTime(1_000_000);
    const removals = line(undefined, 2);
    let begun = 0;
    const never = new Promise<void>(() => undefined);
    for (let i = 0; i < 20; i++) void removals.run(1_000_000, () => (begun++, never));
    await vi.advanceTimersByTimeAsync(29_000);
    expect(begun).toBe(2);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(begun).toBe(8);
  });

  test('runs beside no more than a few others, and in their order', async () => {
    busy.room = true;
    const removals = line(undefined, 2);
    const ended: (() => void)[] = [];
    const begun: number[] = [];
    for (const number of [1, 2, 3])
      void removals.run(0, () => new Promise<void>((end) => (begun.push(number), ended.push(end))));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(begun).toEqual([1, 2]);
    ended[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toEqual([1, 2, 3]);
  });

  test('that fails makes room for the next, and is told to have failed', async () => {
    busy.room = true;
    const removals = line(undefined, 1);
    const failed = removals.run(0, () => Promise.reject(new Error('503')));
    await expect(failed).rejects.toThrow('503');
    await expect(removals.run(0, async () => 'done')).resolves.toBe('done');
  });

  test('that waits is given up when the service stops', async () => {
    const stop = new AbortController();
    const removals = line(stop.signal);
    const waiting = removals.run(0, async () => undefined);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    expect(removals.length).toBe(0);
  });
});
