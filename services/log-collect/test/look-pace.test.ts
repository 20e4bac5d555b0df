import { expect, test } from 'vitest';
import { LookPace } from '../src/look-pace.ts';

function paceOf(logs: number): LookPace {
  const pace = new LookPace();
  for (let log = 0; log < logs; log++) pace.begin({});
  return pace;
}

test('few logs are looked at every second', () => {
  expect(paceOf(1).waitMs(0)).toBe(1_000);
  expect(paceOf(200).waitMs(100)).toBe(1_000);
});

test('all logs together are looked at two hundred times a second at most', () => {
  expect(paceOf(400).waitMs(0)).toBe(400 * 5);
});

test('a log is not looked at for more than a tenth of the time', () => {
  expect(paceOf(10).waitMs(500)).toBe(5_000);
});

test('no log waits for more than thirty seconds, within which no kubelet throws a file away', () => {
  expect(paceOf(50_000).waitMs(50_000)).toBe(30_000);
});

test('a log that is looked at no longer counts for nothing', () => {
  const pace = paceOf(400);
  const last = {};
  pace.begin(last);
  pace.end(last);
  expect(pace.waitMs(0)).toBe(2_000);
});
