import { describe, expect, it } from 'vitest';
import { accountFor } from '../src/index.ts';
import { accountingOf, fixture, mustRead } from './fixture.ts';

const ALL_KINDS = '7 passed, 2 failed, 2 errored, 2 skipped of 13';
const START = `${'='.repeat(28)} test session starts ${'='.repeat(31)}`;

describe('a complete pytest run', () => {
  it.each([
    ['verbose', ALL_KINDS],
    ['very-verbose', ALL_KINDS],
    ['all-sections', ALL_KINDS],
    ['colour', ALL_KINDS],
    ['column-count', ALL_KINDS],
    ['column-times', ALL_KINDS],
    ['column-none', ALL_KINDS],
    ['quiet-mixed', ALL_KINDS],
    ['xdist', ALL_KINDS],
    ['printing-mixed', ALL_KINDS],
    ['letters', '156 passed, 3 failed, 2 errored, 2 skipped of 163'],
    ['green', '25 of 25'],
    ['quiet-many', '149 passed, 1 failed of 150'],
    ['xdist-letters', '174 passed, 1 failed of 175'],
    ['xdist-quiet', '25 of 25'],
    ['xdist-crash', '24 passed, 1 failed of 25'],
    ['deselected', '1 of 1'],
    ['reruns', '2 passed, 1 failed of 3'],
    ['reruns-letters', '2 passed, 1 failed of 3'],
    ['subtests', '1 passed, 1 failed of 2'],
    ['live-log', '2 passed, 1 failed of 3'],
    ['printing', '3 passed, 1 failed of 4'],
    ['printing-letters', '3 passed, 1 failed of 4'],
    ['collection-error-continued', '25 passed, 1 errored of 26'],
    ['xdist-collection-error', '25 passed, 1 errored of 26'],
    ['two-sessions', '26 passed, 2 failed of 28'],
    ['no-tests', 'no tests ran'],
  ])('is accounted for: %s', (name, statement) => {
    expect(accountingOf('pytest', name)).toMatchObject({ complete: true, statement });
  });

  it('names the tests that failed or could not be judged, once each', () => {
    const failed = ['test_mixed.py::test_fails', 'test_mixed.py::test_prints'];
    const errored = ['test_mixed.py::test_setup_error', 'test_mixed.py::test_teardown_error'];
    for (const name of ['verbose', 'quiet-mixed', 'xdist', 'colour']) {
      expect(mustRead([fixture('pytest', name).bytes]).failures.toSorted()).toEqual([...failed, ...errored]);
    }
  });

  it('keeps what the tool itself claims, and how long it took', () => {
    const report = mustRead([fixture('pytest', 'verbose').bytes]);
    expect(report.claimed).toEqual({ passed: 8, failed: 2, skipped: 2, errored: 2 });
    expect(report.durationMs).toBeGreaterThan(0);
  });
});

describe('a pytest run that is not whole', () => {
  const unaccounted = 'summary missing, 8 tests unaccounted';
  it.each([
    ['cut', `17 of 25, ${unaccounted}, last in flight: test_cut.py::test_case[17]`],
    ['cut-letters', `17 of 25, ${unaccounted}`],
    ['stopped', '6 of 13 (5 passed, 1 failed), 7 tests unaccounted'],
    ['stopped-letters', '7 of 13 (5 passed, 2 failed), 6 tests unaccounted'],
    ['collection-error', '1 of 26 (1 errored), 25 tests unaccounted'],
    ['quieter-still', '13 results (7 passed, 2 failed, 2 errored, 2 skipped), summary missing'],
    ['interrupted', '1 of 3, 2 tests unaccounted, last in flight: test_interrupted.py::test_interrupts'],
  ])('says what is missing: %s', (name, statement) => {
    expect(accountingOf('pytest', name)).toMatchObject({ complete: false, statement });
  });

  it.each(['quiet-stopped', 'collection-error-quiet', 'xdist-stopped'])('is never complete: %s', (name) => {
    expect(accountingOf('pytest', name).complete).toBe(false);
  });

  it('names the tests of all workers in flight', () => {
    const log = `${START}\n2 workers [4 items]\n\na.py::test_1 \na.py::test_2 \n[gw0] [ 25%] PASSED a.py::test_1 \na.py::test_3 \n`;
    expect(mustRead(log).inFlight).toEqual(['a.py::test_2', 'a.py::test_3']);
  });
});

describe('what a pytest test prints', () => {
  const printed = 'b.py::test_fake PASSED [ 50%]\n=== 1 passed in 0.01s ===\n[100%]\n';

  it('is no result while columns show which lines are pytest’s', () => {
    const result = `a.py::test_1 PASSED${' '.repeat(54)}[100%]`;
    const log = `${START}\ncollected 1 item\n\n${printed}${result}\n`;
    expect(accountFor(mustRead(log)).statement).toBe('1 of 1, summary missing');
  });

  it('is no result within the captured output of a failed test', () => {
    const genuine = fixture('pytest', 'verbose').bytes;
    expect(Buffer.from(genuine).toString()).toContain('test_other.py::test_y PASSED [ 50%]\n=== 7 passed in 0.01s ===');
    expect(mustRead([genuine]).passed).toBe(7);
  });

  it('can’t close a run: only a rule as wide as the terminal does', () => {
    const log = `${START}\ncollected 1 item\n\na.py::test_1 PASSED\n=== 1 passed in 0.01s ===\n`;
    expect(mustRead(log).summary).toBe('missing');
  });
});

describe('pytest figures that contradict each other', () => {
  const close = (figures: string): string => `${'='.repeat(28)} ${figures} in 0.01s ${'='.repeat(40)}`;

  it('are never complete when the closing line has other counts', () => {
    const log = `${START}\ncollected 2 items\n\na.py ..\n\n${close('3 passed')}\n`;
    expect(accountFor(mustRead(log))).toMatchObject({
      complete: false,
      statement: '2 of 2, summary disagrees (3 passed)',
    });
  });

  it('are never complete when there are more results than tests', () => {
    const log = `${START}\ncollected 2 items\n\na.py ...\n\n${close('3 passed')}\n`;
    expect(accountFor(mustRead(log))).toMatchObject({ complete: false, statement: '3 results for 2 collected' });
  });
});
