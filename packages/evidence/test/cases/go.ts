import type { Case } from './case.ts';

const FAILED_IN_MIXED = ['TestFails', 'TestSuite', 'TestSuite/has_a_failing_case'];
const KILLED = { says: '1 of 2, 1 test unaccounted', flaw: 'results-missing' };
const HANGS = {
  says: '1 result, stopped early: test timed out after 300ms',
  flaw: 'interrupted',
};

/** Parents of subtests count, as in go's own lists; packages do when tests are not listed. */
export const go: Readonly<Record<string, Case>> = {
  ...listed('mixed', '9 passed, 3 failed, 1 skipped of 13'),
  ...listed('green', '25 of 25'),
  ...listed('cut', '17 passed, 2 failed of 19'),
  ...listed('panics', '1 passed, 1 failed of 2'),
  ...listed('broken', '1 errored of 1'),
  ...listed('vet', '1 errored of 1'),
  // Without a test nothing shows that tests would be listed, so the package counts.
  'testmain-verbose': { run: 'go test -v ./testmain', says: '1 failed of 1' },
  'testmain-json': { run: 'go test -json ./testmain', says: '1 errored of 1' },
  ...listed('empty', 'no tests ran'),
  ...listed('parallel', '4 passed, 1 failed of 5'),
  ...listed('kinds', '5 of 5'),
  mixed: { run: 'go test ./mixed', says: '1 failed of 1', failures: FAILED_IN_MIXED },
  'mixed-inside': { run: 'cd mixed && go test', says: '1 failed of 1', failures: FAILED_IN_MIXED },
  'mixed-fail-fast': { run: 'go test -v -failfast ./mixed', says: '1 passed, 1 failed of 2', failures: ['TestFails'] },
  green: { run: 'go test ./green', says: '1 of 1' },
  'green-covered': { run: 'go test -cover ./green ./empty', says: '1 of 1' },
  'green-twice': { run: 'go test -v -count=2 ./green', says: '50 of 50' },
  'green-none-chosen': { run: 'go test -run NoSuchTest ./green', says: 'no tests ran' },
  'kinds-benchmarks': { run: 'go test -v -bench . -benchtime 10x ./kinds', says: '5 of 5' },
  'kinds-benchmarks-json': { run: 'go test -json -bench . -benchtime 10x ./kinds', says: '5 of 5' },
  'killed-verbose': { run: 'go test -v ./killed', ...KILLED, says: `${KILLED.says}, last in flight: TestKilled` },
  'killed-json': {
    run: 'go test -json ./killed',
    ...KILLED,
    says: `${KILLED.says}, last in flight: example.test/shop/killed.TestKilled`,
  },
  'hangs-verbose': {
    run: 'go test -v -timeout 300ms ./hangs',
    ...HANGS,
    says: `${HANGS.says}, last in flight: TestHangs`,
  },
  'hangs-json': {
    run: 'go test -json -timeout 300ms ./hangs',
    ...HANGS,
    says: `${HANGS.says}, last in flight: example.test/shop/hangs.TestHangs`,
  },
  all: {
    run: 'go test ./broken ./cut ./empty ./green ./killed ./mixed ./panics',
    says: '1 passed, 4 failed, 1 errored of 6',
  },
  'all-green': { run: 'go test ./green ./kinds ./empty', says: '2 of 2' },
};

function listed(suite: string, says: string): Record<string, Case> {
  return {
    [`${suite}-verbose`]: { run: `go test -v ./${suite}`, says },
    [`${suite}-json`]: { run: `go test -json ./${suite}`, says },
  };
}
