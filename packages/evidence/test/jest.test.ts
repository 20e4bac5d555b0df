import { describe, expect, it } from 'vitest';
import { accountingOf, fixture, mustRead, reportOf } from './fixture.ts';

describe('a complete jest run', () => {
  it.each([
    ['one-file', '4 passed, 2 failed, 2 skipped of 8'],
    ['two-files', '29 passed, 2 failed, 2 skipped of 33'],
    ['two-files-verbose', '29 passed, 2 failed, 2 skipped of 33'],
    ['green', '25 of 25'],
    ['broken', '25 passed, 1 errored of 26'],
    ['none', 'no tests ran'],
  ])('is accounted for: %s', (name, statement) => {
    expect(accountingOf('jest', name)).toMatchObject({ complete: true, statement });
  });

  it('names failures by suites', () => {
    for (const name of ['one-file', 'two-files', 'two-files-verbose']) {
      expect(mustRead([fixture('jest', name).bytes]).failures).toEqual(['fails', 'a suite › has a failing case']);
    }
  });
});

describe('a jest run that is not whole', () => {
  it('is not complete when it was told to stop at the first failure', () => {
    expect(accountingOf('jest', 'bail').complete).toBe(false);
  });

  it('leaves nothing to recognise when a test ends the process', () => {
    expect(reportOf([fixture('jest', 'exits').bytes])).toBeUndefined();
  });

  it('is not complete when a test printed lines like those of jest', () => {
    expect(accountingOf('jest', 'printing').complete).toBe(false);
  });

  it('says what is known before the summary', () => {
    const log = 'FAIL ./a.test.js\n  ● cart › adds\n\n    boom\n\n  ● cart › removes\n\n    boom\n\nPASS ./b.test.js\n';
    expect(mustRead(log)).toMatchObject({ passed: 0, failed: 2, summary: 'missing' });
  });
});
