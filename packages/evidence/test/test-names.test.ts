import type { TestResult } from '@lacuna/contracts';
import { expect, test } from 'vitest';
import { openReportReader } from '../src/index.ts';
import { MAX_RESULTS } from '../src/test-names.ts';
import { allFixtures, fixture } from './fixture.ts';

/** What is known by name at the end of a log, beside its report. */
function read(bytes: Uint8Array, keepsNames = true) {
  const reader = openReportReader('auto', keepsNames);
  reader.write(bytes);
  return { report: reader.end(), results: reader.results() };
}

const of = (results: readonly TestResult[], outcome: TestResult['outcome']): string[] =>
  results.filter((result) => result.outcome === outcome).map(({ name }) => name);

test.each(allFixtures())('$tool/$name: every test by name, or none', ({ bytes }) => {
  const { report, results = [] } = read(bytes);
  const counted =
    results.length === 0
      ? {}
      : {
          passed: of(results, 'passed').length,
          failed: of(results, 'failed').length,
          skipped: of(results, 'skipped').length,
          errored: of(results, 'errored').length,
        };
  expect(report ?? {}).toMatchObject(counted);
  expect(new Set(results.map(({ name }) => name)).size).toBe(results.length);
});

test.each([
  ['pytest', 'verbose'],
  ['pytest', 'reruns'],
  ['go', 'mixed-verbose'],
  ['go', 'mixed-json'],
  ['vitest', 'mixed-verbose'],
  ['node-test', 'mixed-tap'],
] as const)('%s/%s lists its tests', (tool, name) => {
  const { report, results = [] } = read(fixture(tool, name).bytes);
  expect(of(results, 'passed').length).toBe(report?.passed);
  expect(of(results, 'passed').length).toBeGreaterThan(0);
  expect(of(results, 'failed')).toEqual(expect.arrayContaining([...(report?.failures ?? [])].slice(0, 1)));
});

test.each([
  ['pytest', 'letters'],
  ['go', 'green'],
  ['node-test', 'two-runs-tap'],
] as const)('%s/%s names not all of its tests, so none is listed', (tool, name) => {
  expect(read(fixture(tool, name).bytes).results).toBeUndefined();
});

test('nothing is kept for who has not asked for it', () => {
  expect(read(fixture('pytest', 'verbose').bytes, false).results).toBeUndefined();
});

test('a log with more tests than may be kept lists none', () => {
  const results = Array.from({ length: MAX_RESULTS + 1 }, (_, i) => `ok ${i + 1} - test ${i}\n`);
  const log = (count: number): Buffer =>
    Buffer.from(['TAP version 13\n', ...results.slice(0, count), `1..${count}\n`].join(''));
  expect(read(log(MAX_RESULTS)).results).toHaveLength(MAX_RESULTS);
  const { report, results: listed } = read(log(MAX_RESULTS + 1));
  expect(report?.passed).toBe(MAX_RESULTS + 1);
  expect(listed).toBeUndefined();
});
