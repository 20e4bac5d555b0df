import { expect, test } from 'vitest';
import { parseDeadlines } from '../src/index.ts';

test('deadlines are read with and without their grace', () => {
  expect(parseDeadlines('pod.create=5s+10s, log.capture=1m,')).toEqual({
    'pod.create': { owedWithinMs: 5_000, graceMs: 10_000 },
    'log.capture': { owedWithinMs: 60_000 },
  });
});

test.each([
  ['pod.creat=5s', 'no stage "pod.creat"; did you mean pod.create?'],
  ['pod.create=soon', 'write times as in pod.create=30s+30s'],
  ['pod.create=5s+', 'write times as in pod.create=30s+30s'],
])('%s is refused by the name of the setting, with what would do', (text, words) => {
  expect(() => parseDeadlines(text)).toThrow(`LACUNA_DEADLINES: ${text}: ${words}`);
});
