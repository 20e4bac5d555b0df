import { describe, expect, it } from 'vitest';
import { accountFor } from '../src/index.ts';
import { accountingOf, mustRead, reportOf } from './fixture.ts';

describe('a node:test run that ends early', () => {
  it('says how many are missing when somebody said how many there should be', () => {
    const { statement } = accountingOf('node-test', 'exits-alone-spec', 25);
    expect(statement).toBe('17 of 25, summary missing, 8 tests unaccounted');
  });

  it('is shown by the expected number only, when node itself closes as if nothing were missing', () => {
    expect(accountingOf('node-test', 'exits-tap')).toMatchObject({ complete: true, statement: '17 of 17' });
    expect(accountingOf('node-test', 'exits-tap', 25)).toMatchObject({
      complete: false,
      statement: '17 of 17, 25 expected',
    });
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
