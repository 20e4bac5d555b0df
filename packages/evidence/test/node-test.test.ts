import { describe, expect, it } from 'vitest';
import { accountFor } from '../src/index.ts';
import { accountingOf, fixture, mustRead, reportOf } from './fixture.ts';

describe('a complete node:test run', () => {
  const mixed = '8 passed, 2 failed, 3 skipped of 13';
  it.each([
    ['mixed-tap', mixed],
    ['mixed-tap-alone', mixed],
    ['mixed-spec', mixed],
    ['colour-spec', mixed],
    ['green-tap', '25 of 25'],
    ['green-spec', '25 of 25'],
    ['two-files-tap', '33 passed, 2 failed, 3 skipped of 38'],
    ['two-files-spec', '33 passed, 2 failed, 3 skipped of 38'],
    ['two-runs-spec', '33 passed, 2 failed, 3 skipped of 38'],
    ['throws-tap', '1 failed of 1'],
    ['throws-spec', '1 failed of 1'],
    ['dies-spec', '17 passed, 1 failed of 18'],
  ])('is accounted for: %s', (name, statement) => {
    expect(accountingOf('node-test', name)).toMatchObject({ complete: true, statement });
  });

  it('names tests that failed, not suites, with both reporters', () => {
    expect(mustRead([fixture('node-test', 'mixed-tap').bytes]).failures).toEqual(['fails', 'has a failing case']);
    expect(mustRead([fixture('node-test', 'mixed-spec').bytes]).failures).toEqual(['fails', 'has a failing case']);
  });
});

describe('a node:test run that ends early', () => {
  it.each(['exits-tap-alone', 'exits-spec-alone', 'dies-tap-alone', 'dies-spec-alone'])(
    'lacks its summary: %s',
    (name) => {
      expect(accountingOf('node-test', name)).toMatchObject({
        complete: false,
        statement: '17 results, summary missing',
      });
    },
  );

  it('says how many are missing when somebody said how many there should be', () => {
    const { statement } = accountingOf('node-test', 'exits-spec-alone', 25);
    expect(statement).toBe('17 of 25, summary missing, 8 tests unaccounted');
  });

  it('is shown by the expected number only, when node itself closes as if nothing were missing', () => {
    expect(accountingOf('node-test', 'exits-tap')).toMatchObject({ complete: true, statement: '17 of 17' });
    expect(accountingOf('node-test', 'exits-tap', 25)).toMatchObject({
      complete: false,
      statement: '17 of 17, 25 expected',
    });
  });

  it('lacks its summary when a test never settles', () => {
    expect(accountingOf('node-test', 'hangs-spec-alone').statement).toBe('1 result, summary missing');
  });
});

describe('what is printed in the spec format', () => {
  const closing = (tests: number): string =>
    `ℹ tests ${tests}\nℹ suites 0\nℹ pass ${tests}\nℹ fail 0\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\nℹ duration_ms 5.1\n`;

  it('by a spinner is not taken for node:test', () => {
    expect(reportOf('✔ built in (12ms)\n')).toBeUndefined();
  });

  it('by a test does not count if it has no fraction of a millisecond', () => {
    expect(accountFor(mustRead(`✔ one (1.25ms)\n✔ built (12ms)\n${closing(1)}`)).statement).toBe('1 of 1');
  });

  it('by a test makes the figures disagree if it looks exactly like a result', () => {
    expect(accountFor(mustRead(`✔ one (1.25ms)\n✔ built (1.5ms)\n${closing(1)}`)).complete).toBe(false);
  });

  it('as closing figures by a test does not close the run', () => {
    const report = mustRead(`✔ one (1.25ms)\n${closing(1)}✖ two (1.25ms)\n`);
    expect(report).toMatchObject({ summary: 'missing', passed: 1, failed: 1 });
  });
});
