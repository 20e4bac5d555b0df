import { expect, test } from 'vitest';
import { LookPace } from '../src/look-pace.ts';

function paceOf(logs: number): LookPace {
  const pace = new LookPace();
  for (let log = 0; log < logs; log++) pace.begin({});
  return pace;
}

test('few short logs are looked at every two seconds', () => {
  expect(paceOf(1).waitMs(0)).toBe(2_000);
  expect(paceOf(10).waitMs(200_000)).toBe(2_000);
});

test('all logs together are looked at forty times a second at most', () => {
  expect(paceOf(400).waitMs(0)).toBe(400 * 25);
});

test('of all logs together a megabyte a second is read again', () => {
  expect(paceOf(10).waitMs(1_000_000)).toBe(10_000);
});

test('no log waits for more than thirty seconds, within which no kubelet throws a file away', () => {
  expect(paceOf(5_000).waitMs(50_000_000)).toBe(30_000);
});

test('a log that is looked at no longer counts for nothing', () => {
  const pace = paceOf(400);
  const last = {};
  pace.begin(last);
  pace.end(last);
  expect(pace.waitMs(0)).toBe(10_000);
});
