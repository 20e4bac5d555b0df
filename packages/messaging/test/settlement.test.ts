import { expect, it } from 'vitest';
import { Failure } from '@lacuna/contracts';
import { settlementOf } from '../src/settlement.ts';

it.each([
  ['rejected', new Failure('invalid-spec', 'no command'), 'invalid-spec: no command'],
  ['failed', new Failure('server-unsafe', 'no fsync'), 'server-unsafe: no fsync'],
])('puts aside at once what is %s, with the reason', (_, error, reason) => {
  expect(settlementOf(error, 1)).toEqual({ kind: 'dead', reason });
});

it('tries again after the time that a failure asks for, for ever', () => {
  const error = new Failure('overloaded', 'quota', { retryAfterMs: 45_000 });
  expect(settlementOf(error, 1_000)).toEqual({ kind: 'retried', delayMs: 45_000 });
});

it('waits longer from delivery to delivery, and never longer than 30 s', () => {
  const delays = Array.from({ length: 2_000 }, (_, i) => settlementOf(new Failure('overloaded', 'x'), i + 1)).map(
    (settlement) => (settlement.kind === 'retried' ? settlement.delayMs : Number.NaN),
  );
  expect(delays[0]).toBeGreaterThanOrEqual(187);
  expect(delays[0]).toBeLessThanOrEqual(250);
  expect(delays[4]).toBeGreaterThan(delays[1] ?? Infinity);
  expect(Math.max(...delays)).toBeLessThanOrEqual(30_000);
  expect(Math.min(...delays.slice(20))).toBeGreaterThanOrEqual(22_500);
});

it.each([
  ['an exception', new RangeError('out of range'), 'RangeError: out of range'],
  ['a broken invariant', new Failure('bug', 'impossible'), 'bug: impossible'],
  ['a thrown text', 'oops', 'oops'],
])('gives %s two more chances', (_, error, reason) => {
  expect([1, 2].map((deliveries) => settlementOf(error, deliveries).kind)).toEqual(['retried', 'retried']);
  expect(settlementOf(error, 3)).toEqual({ kind: 'dead', reason });
});
