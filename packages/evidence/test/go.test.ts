import { describe, expect, it } from 'vitest';
import { accountFor } from '../src/index.ts';
import { accountingOf, fixture, mustRead } from './fixture.ts';

describe('a complete go test run', () => {
  const mixed = '9 passed, 3 failed, 1 skipped of 13';
  it.each([
    ['mixed-verbose', mixed],
    ['mixed-json', mixed],
    ['green-verbose', '25 of 25'],
    ['green-json', '25 of 25'],
    ['cut-verbose', '17 passed, 2 failed of 19'],
    ['cut-json', '17 passed, 2 failed of 19'],
    ['panics-verbose', '1 passed, 1 failed of 2'],
    ['panics-json', '1 passed, 1 failed of 2'],
    ['broken-verbose', '1 errored of 1'],
    ['broken-json', '1 errored of 1'],
    ['empty-verbose', 'no tests ran'],
    ['empty-json', 'no tests ran'],
  ])('is accounted for: %s', (name, statement) => {
    expect(accountingOf('go', name)).toMatchObject({ complete: true, statement });
  });

  it('is counted by packages when tests are not listed', () => {
    expect(accountingOf('go', 'all')).toMatchObject({
      complete: true,
      statement: '1 passed, 4 failed, 1 errored of 6',
    });
  });

  it('is counted by packages although a failing test printed an ok line', () => {
    expect(accountingOf('go', 'mixed')).toMatchObject({ complete: true, statement: '1 failed of 1' });
  });

  it('names failed tests, even when tests are not listed', () => {
    const failures = ['TestFails', 'TestSuite', 'TestSuite/has_a_failing_case'];
    expect(mustRead([fixture('go', 'mixed').bytes]).failures).toEqual(failures);
    expect(mustRead([fixture('go', 'mixed-verbose').bytes]).failures.toSorted()).toEqual(failures);
  });
});

describe('a go test run that is not whole', () => {
  it.each([
    ['killed-verbose', 'TestKilled'],
    ['killed-json', 'example.test/shop/killed.TestKilled'],
  ])('names the test in which the process was killed: %s', (name, test) => {
    const statement = `1 of 2, 1 test unaccounted, last in flight: ${test}`;
    expect(accountingOf('go', name)).toMatchObject({ complete: false, statement });
  });

  it('goes on reading packages behind a killed one', () => {
    for (const name of ['all-verbose', 'all-json']) {
      expect(mustRead([fixture('go', name).bytes])).toMatchObject({ passed: 53, failed: 6, errored: 1, skipped: 1 });
    }
  });

  it('is not closed by the FAIL of a package that has not ended', () => {
    const log = 'FAIL\ta\t0.1s\nok  \tb\t0.1s\n--- FAIL: TestC (0.00s)\nFAIL\n';
    expect(mustRead(log).summary).toBe('missing');
    expect(mustRead(`${log}FAIL\tc\t0.1s\nFAIL\n`).summary).toBe('agrees');
  });

  it('is closed without a lone FAIL when go ran the package of its directory', () => {
    expect(mustRead('--- FAIL: TestC (0.00s)\nFAIL\nexit status 1\nFAIL\tc\t0.1s\n').summary).toBe('agrees');
  });
});

describe('what a go test prints', () => {
  it('is no result unless such a test is in flight', () => {
    const log =
      '=== RUN   TestA\n--- PASS: TestFake (0.00s)\nok  \tfake\t0.1s\nhey--- PASS: TestA (0.00s)\nPASS\nok  \ta\t0.1s\n';
    expect(accountFor(mustRead(log)).statement).toBe('1 of 1');
  });
});
