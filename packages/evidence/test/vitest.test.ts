import { describe, expect, it } from 'vitest';
import { accountingOf, fixture, mustRead } from './fixture.ts';

describe('a complete vitest run', () => {
  const mixed = '6 passed, 2 failed, 2 skipped of 10';
  const twoFiles = '31 passed, 2 failed, 2 skipped of 35';
  it.each([
    ['mixed-default', mixed],
    ['mixed-verbose', mixed],
    ['mixed-dot', mixed],
    ['mixed-tap', mixed],
    ['mixed-tap-flat', mixed],
    ['colour', mixed],
    ['two-files-default', twoFiles],
    ['two-files-verbose', twoFiles],
    ['two-files-tap', twoFiles],
    ['green-default', '25 of 25'],
    ['green-verbose', '25 of 25'],
    ['green-tap', '25 of 25'],
    ['green-tap-flat', '25 of 25'],
    ['exits-default', '24 passed, 1 failed of 25'],
    ['exits-verbose', '24 passed, 1 failed of 25'],
    ['hook-default', '1 passed, 1 errored, 1 skipped of 3'],
    ['hook-verbose', '1 passed, 1 errored, 1 skipped of 3'],
    ['hook-tap', '1 passed, 1 errored, 1 skipped of 3'],
    ['none', 'no tests ran'],
  ])('is accounted for: %s', (name, statement) => {
    expect(accountingOf('vitest', name)).toMatchObject({ complete: true, statement });
  });

  it.each(['broken-default', 'broken-verbose'])('counts a file that could not be loaded as errored: %s', (name) => {
    expect(accountingOf('vitest', name)).toMatchObject({ complete: true, statement: '25 passed, 1 errored of 26' });
  });

  it('counts an unhandled error, because it spoils the pass', () => {
    expect(accountingOf('vitest', 'unhandled-default').statement).toBe('1 passed, 1 errored of 2');
  });

  it('names failures by file and suites, once each', () => {
    const failures = ['mixed.vitest.js > fails', 'mixed.vitest.js > a suite > has a failing case'];
    for (const name of ['mixed-default', 'mixed-verbose', 'colour']) {
      expect(mustRead([fixture('vitest', name).bytes]).failures).toEqual(failures);
    }
  });

  it('reads how long it took', () => {
    expect(mustRead([fixture('vitest', 'green-default').bytes]).durationMs).toBeGreaterThan(1);
  });
});

describe('a vitest run that is not whole', () => {
  it('has unaccounted tests when it was told to stop at the first failure', () => {
    const statement = '4 of 10 (1 passed, 1 failed, 2 skipped), 6 tests unaccounted';
    expect(accountingOf('vitest', 'bail')).toMatchObject({ complete: false, statement });
  });

  it('is not closed before its last line, as errors stand behind the figures of tests', () => {
    const whole = Buffer.from(fixture('vitest', 'unhandled-default').bytes).toString();
    expect(mustRead(whole.slice(0, whole.indexOf('     Errors'))).summary).toBe('missing');
  });

  it('disagrees when a file is missing from the log', () => {
    const whole = Buffer.from(fixture('vitest', 'two-files-default').bytes).toString();
    expect(mustRead(whole.replace(/ ✓ green.*\n/, '')).summary).toBe('disagrees');
  });
});
