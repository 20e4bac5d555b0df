import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { observedTime } from '../src/observed-time.ts';

const SECOND = 1_800_000_000_000;

describe('J27: the time of what the cluster tells in whole seconds', () => {
  test.for([
    ['is when we saw it, in the same second', SECOND + 340.5, SECOND + 340.5],
    ['is at the end of its second, when we saw it in the next one', SECOND + 1_600, SECOND + 999.999],
    ['stays, when we saw it long after', SECOND + 2_000, SECOND],
    ['stays, when our clock is behind', SECOND - 1, SECOND],
  ] as const)('%s', ([, seenAt, at]) => {
    expect(observedTime(SECOND, seenAt, 'watched').at).toBe(at);
  });

  test('is kept beside the better one', () => {
    expect(observedTime(SECOND, SECOND + 5, 'watched')).toEqual({ at: SECOND + 5, reportedAt: SECOND });
    expect(observedTime(SECOND, SECOND + 9_000, 'watched')).toEqual({ at: SECOND });
  });

  test('stays when a listing tells it, and when it is no whole second', () => {
    expect(observedTime(SECOND, SECOND + 5, 'relisted')).toEqual({ at: SECOND });
    expect(observedTime(SECOND + 1, SECOND + 5, 'watched')).toEqual({ at: SECOND + 1 });
  });

  const lag = fc.double({ min: 0, max: 4_000, noNaN: true });

  test('never leaves the second that the cluster named, so an end in a later one stays behind its begin', () => {
    fc.assert(
      fc.property(lag, lag, fc.integer({ min: 1, max: 3 }), (seenBegin, seenEnd, seconds) => {
        const begin = observedTime(SECOND, SECOND + seenBegin, 'watched').at;
        const end = observedTime(SECOND + seconds * 1_000, SECOND + seconds * 1_000 + seenEnd, 'watched').at;
        expect(begin).toBeGreaterThanOrEqual(SECOND);
        expect(end).toBeGreaterThan(begin);
      }),
    );
  });

  test('keeps the order in which two things of one second were seen', () => {
    const soon = fc.double({ min: 0, max: 1_999, noNaN: true });
    fc.assert(
      fc.property(soon, soon, (one, other) => {
        const at = (seen: number): number => observedTime(SECOND, SECOND + seen, 'watched').at;
        expect(at(Math.max(one, other))).toBeGreaterThanOrEqual(at(Math.min(one, other)));
      }),
    );
  });
});
