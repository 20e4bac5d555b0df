import type { TestReport } from '@lacuna/contracts';
import { describe, expect, it } from 'vitest';
import { accountFor } from '../src/index.ts';

function report(fields: Partial<TestReport>): TestReport {
  return {
    format: 'pytest',
    passed: 0,
    failed: 0,
    skipped: 0,
    errored: 0,
    inFlight: [],
    failures: [],
    summary: 'agrees',
    ...fields,
  };
}

describe('an accounting', () => {
  it.each<[string, Partial<TestReport>, number | undefined]>([
    ['25 of 25', { collected: 25, passed: 25 }, undefined],
    ['25 of 25', { collected: 25, passed: 25 }, 25],
    ['3 passed, 1 failed of 4', { collected: 4, passed: 3, failed: 1 }, undefined],
    ['2 passed, 1 errored, 1 skipped of 4', { passed: 2, errored: 1, skipped: 1 }, undefined],
    ['no tests ran', { collected: 0 }, undefined],
  ])('is complete: %s', (statement, fields, expected) => {
    const total = fields.collected ?? expected ?? 4;
    const accounting = accountFor(report(fields), expected);
    expect(accounting).toEqual({ total, accounted: total, unaccounted: 0, complete: true, statement });
  });

  it.each<[string, Partial<TestReport>, number | undefined]>([
    [
      '17 of 25, summary missing, 8 tests unaccounted, last in flight: test_x',
      { collected: 25, passed: 17, summary: 'missing', inFlight: ['test_w', 'test_x'] },
      undefined,
    ],
    ['17 of 25, summary missing, 8 tests unaccounted', { passed: 17, summary: 'missing' }, 25],
    ['17 results, summary missing', { passed: 17, summary: 'missing' }, undefined],
    ['1 result (1 failed), summary missing', { failed: 1, summary: 'missing' }, undefined],
    ['24 of 25 (23 passed, 1 failed), 1 test unaccounted', { collected: 25, passed: 23, failed: 1 }, undefined],
    ['25 of 25, summary missing', { collected: 25, passed: 25, summary: 'missing' }, undefined],
    [
      '25 of 25, summary disagrees (24 passed, 1 failed)',
      { collected: 25, passed: 25, summary: 'disagrees', claimed: { passed: 24, failed: 1, skipped: 0, errored: 0 } },
      undefined,
    ],
    ['26 results for 25 collected', { collected: 25, passed: 26 }, undefined],
    ['25 of 25, 30 expected', { collected: 25, passed: 25 }, 30],
    ['no tests ran, 25 expected', { collected: 0 }, 25],
    ['1 of 2, 1 test unaccounted, last in flight: TestX', { passed: 1, inFlight: ['TestX'] }, undefined],
  ])('is not complete: %s', (statement, fields, expected) => {
    expect(accountFor(report(fields), expected)).toMatchObject({ complete: false, statement });
  });
});
