import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LogTraffic } from '../src/log-traffic.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

const LOG = {};

function bring(traffic: LogTraffic, pieces: number, everyMs: number): void {
  for (let i = 0; i < pieces; i++) {
    vi.advanceTimersByTime(everyMs);
    traffic.brought(LOG);
  }
}

test('many pieces a second are heavy, a few are not, whatever came before', () => {
  const traffic = new LogTraffic(100);
  bring(traffic, 200, 20);
  expect(traffic.isHeavy).toBe(false);
  bring(traffic, 400, 5);
  expect(traffic.isHeavy).toBe(true);
  vi.advanceTimersByTime(2_000);
  expect(traffic.isHeavy).toBe(false);
});

test('logs that are being opened are heavy until they answer, are closed, or have been waited for long enough', () => {
  const traffic = new LogTraffic(100);
  const logs = Array.from({ length: 9 }, () => ({}));
  for (const log of logs) traffic.opening(log);
  expect(traffic.isHeavy).toBe(true);
  traffic.brought(logs[0]!);
  expect(traffic.isHeavy).toBe(true);
  traffic.closed(logs[1]!);
  expect(traffic.isHeavy).toBe(false);
  for (const log of logs) traffic.opening(log);
  vi.advanceTimersByTime(1_001);
  expect(traffic.isHeavy).toBe(false);
});
