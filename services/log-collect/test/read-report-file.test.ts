import { testId } from '@lacuna/contracts/testing';
import { expect, test } from 'vitest';
import type { Container } from '../src/container.ts';
import { readReportFile } from '../src/read-report-file.ts';

const CONTAINER: Container = {
  evaluation: testId(1),
  attempt: 1,
  podUid: 'pod-1',
  pod: 'pod-one',
  containerId: 'c1',
};

/** What is found in a JUnit file with so many test cases, each with a name of 100 characters. */
async function found(tests: number) {
  const name = (i: number): string => `${i}`.padEnd(100, '.');
  const cases = Array.from({ length: tests }, (_, i) => `<testcase name="${name(i)}"/>`);
  const body = (async function* () {
    yield Buffer.from(`<testsuite tests="${tests}">${cases.join('')}</testsuite>`);
  })();
  const cluster = { openReport: async () => ({ kind: 'open', body }) as const };
  return readReportFile({ format: 'junit', path: 'r.xml' }, CONTAINER, cluster, AbortSignal.timeout(10_000));
}

test('every test of a report file is named, as far as a message holds them', async () => {
  const { report, results = [] } = await found(3_000);
  expect(report).toMatchObject({ passed: 3_000, summary: 'agrees' });
  expect(results).toHaveLength(3_000);
  expect(results[2_999]).toEqual({ name: '2999'.padEnd(100, '.'), outcome: 'passed' });
});

test('more than that are counted only', async () => {
  const large = await found(6_000);
  expect(large.report).toMatchObject({ passed: 6_000, summary: 'agrees' });
  expect(large).not.toHaveProperty('results');
});
