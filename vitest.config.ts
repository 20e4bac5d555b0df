import { defineConfig } from 'vitest/config';

/** Fixtures are suites to be run by the tests, some of which fail on purpose. */
const NEVER = ['**/node_modules/**', '**/fixtures/**'];

/**
 * Three kinds of tests. `unit` touches no server; `integration` talks to real servers, which its global setup finds or
 * builds before the first test; `e2e` runs whole systems and breaks them, so nothing else may compete for the machine.
 * Timeouts are bounds for a slow, shared machine with two cores, not expectations.
 */
export default defineConfig({
  test: {
    passWithNoTests: true,
    exclude: NEVER,
    expect: { poll: { timeout: 20_000 } },
    // Of what a test failed with, its message shall tell all that is needed: only the end of the output of CI is kept.
    chaiConfig: { truncateThreshold: 400 },
    diff: { expand: false },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{packages,services,infra}/*/test/**/*.test.ts', 'test/*.test.ts'],
          exclude: [...NEVER, '**/*.integration.test.ts'],
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['{packages,services,infra}/*/test/**/*.integration.test.ts', 'test/*.integration.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          globalSetup: ['./packages/testing/src/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.e2e.test.ts', 'test/faults/**/*.faults.test.ts'],
          pool: 'forks',
          fileParallelism: false,
          globalSetup: ['./packages/testing/src/global-setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
