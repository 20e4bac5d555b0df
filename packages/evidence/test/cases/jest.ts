import type { Case } from './case.ts';

const MIXED = '4 passed, 2 failed, 2 skipped of 8';
const BOTH = '29 passed, 2 failed, 2 skipped of 33';
const CAVEAT = 'lines that tests write straight to stdout can look like those of jest';
const FAILED = ['fails', 'a suite › has a failing case'];

export const jest: Readonly<Record<string, Case>> = {
  'one-file': { run: 'jest mixed', says: MIXED, failures: FAILED },
  'two-files': { run: 'jest mixed green', says: BOTH, failures: FAILED },
  'two-files-verbose': { run: 'jest --verbose mixed green', says: BOTH, failures: FAILED },
  colour: { run: 'FORCE_COLOR=1 jest --verbose mixed', says: MIXED, failures: FAILED },
  silent: { run: 'jest --silent mixed green', says: BOTH, failures: FAILED },
  'in-band': { run: 'jest -i mixed green', says: BOTH, failures: FAILED },
  green: { run: 'jest green', says: '25 of 25' },
  'green-chosen': { run: 'jest green -t "suite 1"', says: '5 passed, 20 skipped of 25' },
  'green-covered': { run: 'jest --coverage green', says: '25 of 25' },
  projects: { run: 'jest -c projects.config.cjs mixed green', says: BOTH, failures: FAILED },
  table: { run: 'jest --verbose table', says: '5 passed, 1 failed of 6', failures: ['doubles › 2 is 5'] },
  hook: { run: 'jest hook', says: '1 passed, 2 failed of 3', failures: ['broken › one', 'broken › two'] },
  broken: { run: 'jest broken green', says: '25 passed, 1 errored of 26' },
  'no-tests-in-file': { run: 'jest empty green', says: '25 passed, 1 errored of 26' },
  none: { run: 'jest nothing', says: 'no tests ran' },
  bail: {
    run: 'jest --bail -i mixed green',
    says: '8 results (4 passed, 2 failed, 2 skipped), stopped early: 1 of 2 files ran',
    failures: FAILED,
  },
  printing: {
    run: 'jest --verbose printing',
    says: `2 results for 1 collected, summary disagrees (1 passed): ${CAVEAT}`,
    flaw: 'too-many-results',
  },
  exits: { run: 'jest exits', says: undefined },
};
