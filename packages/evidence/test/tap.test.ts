import { describe, expect, it } from 'vitest';
import { accountFor, openReportReader } from '../src/index.ts';
import { mustRead, reportOf } from './fixture.ts';

describe('TAP', () => {
  it.each([
    ['with the plan first', '1..3\nok 1 - a\nok 2 - b\nok 3 - c\n', '3 of 3'],
    ['with the plan last', 'ok 1 - a\nok 2 - b\n1..2\n', '2 of 2'],
    ['without numbers', '1..2\nok - a\nok - b\n', '2 of 2'],
    [
      'with directives',
      'TAP version 14\n1..3\nok 1 - a # SKIP\nnot ok 2 - b # TODO later\nnot ok 3\n',
      '1 failed, 2 skipped of 3',
    ],
    ['with subtests', 'TAP version 14\n1..1\n    ok 1 - x\n    ok 2 - y\n    1..2\nok 1 - parent\n', '2 of 2'],
    ['with subtests in braces', '1..1\nok 1 - f # time=1ms {\n    1..2\n    ok 1 - x\n    ok 2 - y\n}\n', '2 of 2'],
    ['with nothing to run', 'TAP version 13\n1..0 # SKIP no database\n', 'no tests ran'],
  ])('is accounted for %s', (_, log, statement) => {
    expect(accountFor(mustRead(log, 'tap'))).toMatchObject({ complete: true, statement });
  });

  it.each([
    ['results are missing', '1..25\nok 1\nok 2\n', '2 of 25, summary missing, 23 tests unaccounted'],
    ['there is no plan', 'ok 1 - a\nok 2 - b\n', '2 results, summary missing'],
    [
      'it bailed out',
      '1..2\nok 1 - a\nok 2 - b\nBail out! no disk\n',
      '2 of 2, summary missing, stopped early: no disk',
    ],
    ['braces are open', '1..1\nok 1 - f # time=1ms {\n    1..1\n    ok 1 - x\n', '1 result, summary missing'],
    ['a subtest is missing', '1..1\n    1..2\n    ok 1 - x\nok 1 - f\n', '1 result, summary disagrees'],
    ['there are too many', '1..1\nok 1 - a\nok 2 - b\n', '2 results for 1 collected, summary disagrees'],
  ])('is not complete when %s', (_, log, statement) => {
    expect(accountFor(mustRead(log, 'tap'))).toMatchObject({ complete: false, statement });
  });

  it('counts a group that failed though none of its subtests did as errored', () => {
    const braces = '1..1\nnot ok 1 - hook # time=1ms {\n    1..1\n    ok 1 - x # SKIP\n}\n';
    const indented = '1..1\n    ok 1 - x # SKIP\n    1..1\nnot ok 1 - hook\n';
    for (const log of [braces, indented])
      expect(mustRead(log, 'tap')).toMatchObject({ errored: 1, skipped: 1, failed: 0 });
  });
});

describe('what is printed between lines of TAP', () => {
  it('does not count with a number that is not the next one', () => {
    expect(mustRead('TAP version 13\nok 1 - a\nnot ok 99 - printed\nok 2 - b\n1..2\n')).toMatchObject({
      passed: 2,
      failed: 0,
    });
  });

  it('does not count within a YAML block', () => {
    const log = 'TAP version 13\nnot ok 1 - a\n  ---\n  stack: |-\n    ok 2 - printed\n  ...\nok 2 - b\n1..2\n';
    expect(mustRead(log)).toMatchObject({ passed: 1, failed: 1, summary: 'agrees' });
  });

  it('is no sign of TAP if it is only a range', () => {
    expect(reportOf('1..10\nhello\n')).toBeUndefined();
    expect(reportOf('1..10\nhello\n', 'tap')).toMatchObject({ collected: 10, summary: 'missing' });
  });

  it('is no plan if it stands before the version', () => {
    expect(mustRead('1..1\nTAP version 13\nok 1 - a\n').summary).toBe('missing');
  });

  it('does not hide the tool that follows a range', () => {
    expect(mustRead('1..1\n✔ passes (1.123456ms)\n').format).toBe('node-test');
  });
});

describe('progress', () => {
  it('shows results against the announced count while the log grows', () => {
    const reader = openReportReader('auto');
    expect(reader.progress()).toEqual({ done: 0 });
    reader.write(Buffer.from('TAP version 13\n1..3\nok 1 - a\nok 2 '));
    expect(reader.progress()).toEqual({ done: 1, collected: 3, format: 'tap' });
    reader.write(Buffer.from('- b\n'));
    expect(reader.progress()).toEqual({ done: 2, collected: 3, format: 'tap' });
  });
});
