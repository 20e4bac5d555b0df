import type { Case } from './case.ts';

const MIXED = '6 passed, 2 failed, 2 skipped of 10';
const BOTH = '31 passed, 2 failed, 2 skipped of 35';
const FAILED = ['mixed.vitest.js > fails', 'mixed.vitest.js > a suite > has a failing case'];
const LISTING = ['default', 'verbose', 'tree', 'dot'];

export const vitest: Readonly<Record<string, Case>> = {
  ...reported('mixed', 'mixed.vitest.js', LISTING, { says: MIXED, failures: FAILED }),
  ...reported('mixed', 'mixed.vitest.js', ['tap', 'tap-flat'], { says: MIXED }),
  ...reported('green', 'green.vitest.js', ['default', 'verbose', 'dot', 'tap', 'tap-flat'], { says: '25 of 25' }),
  ...reported('two-files', 'mixed.vitest.js green.vitest.js', LISTING, { says: BOTH, failures: FAILED }),
  ...reported('two-files', 'mixed.vitest.js green.vitest.js', ['tap'], { says: BOTH }),
  ...reported('exits', 'exits.vitest.js', ['default', 'verbose'], { says: '24 passed, 1 failed of 25' }),
  ...reported('broken', 'broken.vitest.js green.vitest.js', ['default', 'verbose', 'dot'], {
    says: '25 passed, 1 errored of 26',
  }),
  // In TAP the file that could not be loaded is one more test.
  ...reported('broken', 'broken.vitest.js green.vitest.js', ['tap'], { says: '25 passed, 1 failed of 26' }),
  ...reported('hook', 'hook.vitest.js', ['default', 'verbose', 'tap'], {
    says: '1 passed, 1 errored, 1 skipped of 3',
  }),
  ...reported('unhandled', 'unhandled.vitest.js', ['default', 'verbose'], { says: '1 passed, 1 errored of 2' }),
  bail: {
    run: 'vitest run --bail=1 mixed.vitest.js',
    says: '4 of 10 (1 passed, 1 failed, 2 skipped), stopped early: 6 of 10 tests did not run, 6 tests unaccounted',
    failures: ['mixed.vitest.js > fails'],
  },
  colour: { run: 'FORCE_COLOR=1 vitest run mixed.vitest.js', says: MIXED, failures: FAILED },
  chosen: { run: 'vitest run green.vitest.js -t "suite 1"', says: '5 passed, 20 skipped of 25' },
  projects: { run: 'vitest run -c projects.config.mjs', says: BOTH },
  none: { run: 'vitest run nothing', says: 'no tests ran' },
  'two-runs': {
    run: 'vitest run green.vitest.js; vitest run mixed.vitest.js',
    says: `${BOTH} in 2 runs`,
    failures: FAILED,
  },
};

function reported(
  name: string,
  files: string,
  reporters: readonly string[],
  truth: Omit<Case, 'run'>,
): Record<string, Case> {
  return Object.fromEntries(
    reporters.map((reporter) => [
      `${name}-${reporter}`,
      { run: `vitest run --reporter=${reporter} ${files}`, ...truth },
    ]),
  );
}
