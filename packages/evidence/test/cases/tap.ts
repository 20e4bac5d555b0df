import type { Case } from './case.ts';

/** Producers that are nothing but TAP: tape, and Perl's Test::More. */
export const tap: Readonly<Record<string, Case>> = {
  tape: { run: 'node tape.cjs', says: '4 passed, 2 failed, 1 skipped of 7' },
  'tape-never-ends': { run: 'node tape-never-ends.cjs', says: '2 passed, 1 failed of 3' },
  more: {
    run: 'perl more.t',
    says: '4 passed, 2 failed, 3 skipped of 9',
    failures: ['fails', 'fourth'],
  },
  planned: {
    run: 'perl planned.t',
    says: '17 of 25, summary missing, 8 tests unaccounted',
    flaw: 'results-missing',
  },
  'bails-out': {
    run: 'perl bails-out.t',
    says: '1 of 3, summary missing, stopped early: no database, 2 tests unaccounted',
    flaw: 'results-missing',
  },
  // A lone plan may be anybody's `1..0`.
  'skips-all': { run: 'perl skips-all.t', says: undefined },
};
