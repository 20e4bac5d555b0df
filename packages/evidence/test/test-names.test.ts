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

test.each([
  ['go', 'mixed-verbose', 'TestPasses', 0],
  ['go', 'mixed-json', 'example.test/shop/mixed.TestPasses', 0],
  ['node-test', 'mixed-tap', 'fails', 0.841782],
  ['vitest', 'mixed-verbose', 'mixed.vitest.js > fails', 283],
  ['pytest', 'verbose', 'test_mixed.py::test_fails', undefined],
] as const)('%s/%s: how long %s took, where the tool says so', (tool, name, one, durationMs) => {
  const { results = [] } = read(fixture(tool, name).bytes);
  expect(results.find((result) => result.name === one)).toMatchObject({ name: one });
  expect(results.find((result) => result.name === one)?.durationMs).toBe(durationMs);
});

test('the spec reporter of node:test says how long each test took', () => {
  const figures = { tests: 2, suites: 0, pass: 2, fail: 0, cancelled: 0, skipped: 0, todo: 0, duration_ms: 60.1 };
  const closing = Object.entries(figures).map(([name, figure]) => `ℹ ${name} ${figure}\n`);
  const { results } = read(Buffer.from(`✔ one (1.5ms)\n✔ two (20.25ms)\n${closing.join('')}`));
  expect(results).toEqual([
    { name: 'one', outcome: 'passed', durationMs: 1.5 },
    { name: 'two', outcome: 'passed', durationMs: 20.25 },
  ]);
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
