import type { EnsureOutcome } from '@lacuna/cluster';
import { describe, expect, test } from 'vitest';
import { CreateLimit } from '../src/create-limit.ts';

const CREATED: EnsureOutcome = { kind: 'created', uid: 'u', at: 0 };
const THROTTLED: EnsureOutcome = { kind: 'throttled', message: '429: slow down', retryAfterMs: 3_000 };
const AWAY: EnsureOutcome = { kind: 'unavailable', message: 'connect ECONNREFUSED' };
const FULL: EnsureOutcome = { kind: 'quota', message: 'exceeded quota: q', retryAfterMs: 5_000 };

/** A limit that has heard these outcomes, one a round of 10 ms unless told how long each took. */
function after(outcomes: readonly EnsureOutcome[], tookMs = 10): { limit: CreateLimit; now: number } {
  const limit = new CreateLimit(16);
  let now = 0;
  for (const outcome of outcomes) {
    const askedAt = now;
    now += tookMs;
    limit.heard(outcome, { askedAt, now });
  }
  return { limit, now };
}
const many = (count: number, outcome: EnsureOutcome): EnsureOutcome[] => Array.from({ length: count }, () => outcome);

describe('the limit of create requests under way', () => {
  test('rises with every good answer, up to what is allowed', () => {
    expect(after([]).limit.concurrency).toBe(4);
    expect(after(many(5, CREATED)).limit.concurrency).toBe(9);
    expect(after(many(500, CREATED)).limit.concurrency).toBe(16);
  });

  test('halves at a 429, and sends nothing before Retry-After is over', () => {
    const { limit, now } = after([...many(20, CREATED), THROTTLED]);
    expect(limit.concurrency).toBe(8);
    expect(limit.obstacle(0, now + 2_999)).toEqual({ cause: 'throttled', detail: '429: slow down' });
    expect(limit.obstacle(0, now + 3_000)).toBeUndefined();
    expect(limit.pausedMs(now + 1_000)).toBe(2_000);
  });

  test('halves once for all answers of one round', () => {
    const limit = new CreateLimit(16);
    for (let i = 0; i < 20; i++) limit.heard(CREATED, { askedAt: 0, now: 1 });
    for (let i = 0; i < 16; i++) limit.heard(THROTTLED, { askedAt: 2, now: 10 + i });
    expect(limit.concurrency).toBe(8);
  });

  test('after trouble it rises again by one a round only', () => {
    const { limit, now } = after([...many(20, CREATED), THROTTLED, ...many(8, CREATED)]);
    expect(limit.concurrency).toBe(8);
    for (let i = 0; i < 300; i++) limit.heard(CREATED, { askedAt: now, now });
    expect(limit.concurrency).toBe(16);
  });

  test('falls when answers take longer than a second', () => {
    expect(after(many(20, CREATED), 1_500).limit.concurrency).toBe(1);
  });

  test('waits longer with each failure in a row, up to five seconds, and forgets them with the first good answer', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7].map((count) => {
      const { limit, now } = after(many(count, AWAY));
      return limit.pausedMs(now);
    });
    expect(pauses).toEqual([100, 250, 500, 1_000, 2_000, 5_000, 5_000]);
    const { limit, now } = after([...many(7, AWAY), CREATED]);
    expect(limit.pausedMs(now)).toBe(0);
    const again = after([...many(7, AWAY), CREATED, AWAY]);
    expect(again.limit.pausedMs(again.now)).toBe(100);
  });

  test('asks for one Job at a time while a quota on Jobs is used up', () => {
    const { limit, now } = after([...many(20, CREATED), FULL]);
    expect(limit.obstacle(0, now)).toEqual({ cause: 'quota', detail: 'exceeded quota: q' });
    const later = now + limit.pausedMs(now);
    expect(limit.obstacle(0, later)).toBeUndefined();
    expect(limit.obstacle(1, later)?.cause).toBe('quota');
  });

  test('names itself when nothing but the number of requests is in the way', () => {
    expect(new CreateLimit(16).obstacle(4, 0)?.cause).toBe('client');
  });
});
