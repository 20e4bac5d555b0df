import type { Case } from './case.ts';

const MIXED = '8 passed, 2 failed, 3 skipped of 13';
const BOTH = '33 passed, 2 failed, 3 skipped of 38';
const FAILED = ['fails', 'has a failing case'];
const CUT = { says: '17 results, summary missing', flaw: 'summary-missing' };

/** `alone`: without `--test`, so that the test file is the process itself. */
export const nodeTest: Readonly<Record<string, Case>> = {
  ...inBoth('mixed', '--test mixed.mjs', { says: MIXED, failures: FAILED }),
  ...inBoth('mixed-alone', 'mixed.mjs', { says: MIXED, failures: FAILED }),
  ...inBoth('green', '--test green.mjs', { says: '25 of 25' }),
  ...inBoth('two-files', '--test mixed.mjs green.mjs', { says: BOTH, failures: FAILED }),
  ...inBoth('throws', '--test throws.mjs', { says: '1 failed of 1', failures: ['throws.mjs'] }),
  ...inBoth('dies', '--test dies.mjs', { says: '17 passed, 1 failed of 18', failures: ['dies.mjs'] }),
  ...inBoth('hooks', '--test hooks.mjs', {
    says: '1 passed, 2 errored of 3',
    failures: ['one', 'two'],
  }),
  ...inBoth('hangs', '--test --test-timeout=300 hangs.mjs', {
    says: '2 passed, 1 errored of 3',
    failures: ['never settles'],
  }),
  ...inBoth('deep', '--test deep.mjs', { says: '2 passed, 4 failed of 6', failures: ['one', 'two', 'three', 'sinks'] }),
  ...inBoth('chosen', '--test --test-name-pattern=case\\ 1 green.mjs', { says: '5 of 5' }),
  ...inBoth('exits-alone', 'exits.mjs', CUT),
  ...inBoth('dies-alone', 'dies.mjs', CUT),
  ...inBoth('hangs-alone', '--test-timeout=300 hangs.mjs', {
    says: '2 passed, 1 errored of 3',
    failures: ['never settles'],
  }),
  // node closes as if nothing were missing: only the expected number of tests can show it.
  ...inBoth('exits', '--test exits.mjs', { says: '17 of 17' }),
  'colour-spec': {
    run: 'FORCE_COLOR=1 node --test-reporter=spec --test mixed.mjs',
    says: MIXED,
    failures: FAILED,
  },
  'two-runs-spec': {
    run: 'node --test-reporter=spec mixed.mjs; node --test-reporter=spec green.mjs',
    says: `${BOTH} in 2 runs`,
    failures: FAILED,
  },
  'two-runs-tap': {
    run: 'node --test-reporter=tap mixed.mjs; node --test-reporter=tap green.mjs',
    says: `${BOTH} in 2 runs`,
    failures: FAILED,
  },
  // It repeats what failed, and has no figures.
  dot: {
    run: 'node --test-reporter=dot --test mixed.mjs',
    says: '4 results (3 failed, 1 skipped), summary missing',
    flaw: 'summary-missing',
  },
};

function inBoth(name: string, args: string, truth: Omit<Case, 'run'>): Record<string, Case> {
  return {
    [`${name}-tap`]: { run: `node --test-reporter=tap ${args}`, ...truth },
    [`${name}-spec`]: { run: `node --test-reporter=spec ${args}`, ...truth },
  };
}
