import { describe, expect, test } from 'vitest';
import { BlockedTime } from '../src/blocked-time.ts';

describe('what was lost to waiting', () => {
  test('is the time in which each cause was in the way, within the wait', () => {
    const blocked = new BlockedTime();
    blocked.note('capacity', 100);
    blocked.note('quota', 200);
    blocked.note('capacity', 250);
    blocked.note(undefined, 400);
    expect(blocked.between(150, 500)).toEqual([
      { stage: 'queue', cause: 'quota', from: 200, to: 250, ms: 50 },
      { stage: 'queue', cause: 'capacity', from: 150, to: 400, ms: 200 },
    ]);
    expect(blocked.between(400, 900)).toEqual([]);
  });

  test('of what is still in the way is counted up to now', () => {
    const blocked = new BlockedTime();
    blocked.note('throttled', 100);
    expect(blocked.between(0, 130)).toEqual([{ stage: 'queue', cause: 'throttled', from: 100, to: 130, ms: 30 }]);
  });

  test('takes a cause that comes and goes with every Job as one', () => {
    const blocked = new BlockedTime();
    for (let at = 0; at < 1_000; at += 10) {
      blocked.note('client', at);
      blocked.note(undefined, at + 5);
    }
    expect(blocked.between(0, 1_000)).toMatchObject([{ cause: 'client', from: 0, to: 995 }]);
  });
});
