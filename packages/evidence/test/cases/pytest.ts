import type { Case } from './case.ts';

const MIXED = '7 passed, 2 failed, 2 errored, 2 skipped of 13';
const FAILED = ['test_fails', 'test_prints', 'test_setup_error', 'test_teardown_error'].map(
  (name) => `test_mixed.py::${name}`,
);
const ALL = { says: MIXED, failures: FAILED };
const FLAKY = { says: '2 passed, 1 failed of 3', failures: ['test_flaky.py::test_never_works'] };
const BROKEN = 'test_broken_import.py';
const CUT = { says: '17 of 25, summary missing, 8 tests unaccounted', flaw: 'results-missing' };
const STOPPED = 'stopped early: stopping after 1 failures';
const INTERRUPTED = 'stopped early: Interrupted: 1 error during collection';

export const pytest: Readonly<Record<string, Case>> = {
  verbose: { run: py('-v test_mixed.py'), ...ALL },
  'very-verbose': { run: py('-vv test_mixed.py'), ...ALL },
  'all-sections': { run: py('-rA test_mixed.py'), ...ALL },
  colour: { run: py('--color=yes -v test_mixed.py'), ...ALL },
  'colour-letters': { run: py('--color=yes test_mixed.py'), ...ALL },
  'column-count': { run: py('-v -o console_output_style=count test_mixed.py'), ...ALL },
  'column-times': { run: py('-v -o console_output_style=times test_mixed.py'), ...ALL },
  'column-none': { run: py('-v -o console_output_style=classic test_mixed.py'), ...ALL },
  'column-count-letters': { run: py('-o console_output_style=count test_mixed.py'), ...ALL },
  'traceback-short': { run: py('--tb=short test_mixed.py'), ...ALL },
  'traceback-line': { run: py('--tb=line test_mixed.py'), ...ALL },
  'traceback-native': { run: py('-v --tb=native test_mixed.py'), ...ALL },
  'traceback-none': { run: py('-v --tb=no test_mixed.py'), ...ALL },
  durations: { run: py('-v --durations=3 test_mixed.py'), ...ALL },
  'no-header': { run: py('-v --no-header --no-summary test_mixed.py'), ...ALL },
  wide: { run: `COLUMNS=200 ${py('-v test_mixed.py')}`, ...ALL },
  'quiet-mixed': { run: py('-q test_mixed.py'), ...ALL },
  'printing-mixed': { run: py('-v -s test_mixed.py'), ...ALL },
  xdist: { run: py('-n 2 -v test_mixed.py'), ...ALL },
  'xdist-by-file': { run: py('-n 2 --dist loadfile -v test_mixed.py test_green.py'), ...both() },
  'xdist-colour': { run: py('-n 2 -v --color=yes test_mixed.py'), ...ALL },
  letters: {
    run: py('test_mixed.py test_many.py'),
    says: '156 passed, 3 failed, 2 errored, 2 skipped of 163',
    failures: [...FAILED, 'test_many.py::test_number[70]'],
  },
  green: { run: py('-v test_green.py'), says: '25 of 25' },
  'quiet-green': { run: py('-q test_green.py'), says: '25 of 25' },
  'quiet-many': {
    run: py('-q test_many.py'),
    says: '149 passed, 1 failed of 150',
    failures: ['test_many.py::test_number[70]'],
  },
  'xdist-letters': { run: py('-n 2 test_many.py test_green.py'), says: '174 passed, 1 failed of 175' },
  'xdist-quiet': { run: py('-n 2 -q test_green.py'), says: '25 of 25' },
  'xdist-crash': { run: py('-n 2 -v test_cut.py'), says: '24 passed, 1 failed of 25' },
  'xdist-reruns': { run: py('-n 2 -v --reruns 2 test_flaky.py'), ...FLAKY },
  reruns: { run: py('--reruns 2 -v test_flaky.py'), ...FLAKY },
  'reruns-letters': { run: py('--reruns 2 test_flaky.py'), ...FLAKY },
  subtests: { run: py('-v test_subtests.py'), says: '1 passed, 1 failed of 2' },
  'subtests-letters': { run: py('test_subtests.py'), says: '1 passed, 1 failed of 2' },
  unittest: { run: py('-v test_unittest.py'), says: '1 passed, 2 failed, 2 errored, 2 skipped of 7' },
  'long-names': { run: py('-v test_long.py'), says: '6 passed, 1 failed of 7' },
  'long-names-letters': { run: py('test_long.py'), says: '6 passed, 1 failed of 7' },
  'long-names-xdist': { run: py('-n 2 -v test_long.py'), says: '6 passed, 1 failed of 7' },
  'live-log': { run: py('-v -o log_cli=true --log-cli-level=INFO test_live.py'), says: '2 passed, 1 failed of 3' },
  printing: { run: py('-v -s test_chatty.py'), says: '3 passed, 1 failed of 4' },
  'printing-letters': { run: py('-s test_chatty.py'), says: '3 passed, 1 failed of 4' },
  deselected: { run: py('-v -k passes test_mixed.py'), says: '1 of 1' },
  'collection-error-continued': {
    run: py(`-v --continue-on-collection-errors ${BROKEN} test_green.py`),
    says: '25 passed, 1 errored of 26',
    failures: [BROKEN],
  },
  'xdist-collection-error': {
    run: py(`-n 2 -v ${BROKEN} test_green.py`),
    says: '25 passed, 1 errored of 26',
    failures: [BROKEN],
  },
  'two-sessions': {
    run: `${py('-v test_green.py')}; ${py('test_flaky.py')}`,
    says: '26 passed, 2 failed of 28 in 2 runs',
  },
  'no-tests': { run: py('test_nothing.py'), says: 'no tests ran' },
  'no-tests-quiet': { run: py('-q test_nothing.py'), says: 'no tests ran' },
  'wrong-path': { run: py('no_such_file.py'), says: 'no tests ran' },
  'wrong-option': { run: py('--no-such-option'), says: undefined },
  stopped: { run: py('-v -x test_mixed.py'), says: `6 of 13 (5 passed, 1 failed), ${STOPPED}, 7 tests unaccounted` },
  'stopped-letters': {
    run: py('--maxfail=2 test_mixed.py'),
    says: '7 of 13 (5 passed, 2 failed), stopped early: stopping after 2 failures, 6 tests unaccounted',
  },
  'stopped-quiet': { run: py('-q -x test_mixed.py'), says: `6 results (5 passed, 1 failed), ${STOPPED}` },
  'collection-error': {
    run: py(`-v ${BROKEN} test_green.py`),
    says: `1 of 26 (1 errored), ${INTERRUPTED}, 25 tests unaccounted`,
    failures: [BROKEN],
  },
  'collection-error-quiet': {
    run: py(`-q ${BROKEN} test_green.py`),
    says: `1 result (1 errored), ${INTERRUPTED}`,
    failures: [BROKEN],
  },
  interrupted: {
    run: py('-v test_interrupted.py'),
    says: '1 of 3, stopped early: KeyboardInterrupt, 2 tests unaccounted, last in flight: test_interrupted.py::test_interrupts',
    flaw: 'interrupted',
  },
  exits: {
    run: py('-v test_exits.py'),
    says: '1 of 3, stopped early: _pytest.outcomes.Exit: the database is gone, 2 tests unaccounted, last in flight: test_exits.py::test_exits',
    flaw: 'interrupted',
  },
  cut: { run: py('-v test_cut.py'), ...CUT, says: `${CUT.says}, last in flight: test_cut.py::test_case[17]` },
  'cut-letters': { run: py('test_cut.py'), ...CUT },
  segfault: {
    run: py('-v test_segfault.py'),
    says: '1 of 3, summary missing, 2 tests unaccounted, last in flight: test_segfault.py::test_segfault',
    flaw: 'results-missing',
  },
  'quieter-still': {
    run: py('-qq test_mixed.py'),
    says: '13 results (7 passed, 2 failed, 2 errored, 2 skipped), summary missing',
    flaw: 'summary-missing',
  },
  'only-collected': {
    run: py('--collect-only test_green.py'),
    says: '0 of 25, summary missing, 25 tests unaccounted',
    flaw: 'results-missing',
  },
};

function py(args: string): string {
  return `python -m pytest -p no:cacheprovider ${args}`;
}

function both(): Pick<Case, 'says' | 'failures'> {
  return { says: '32 passed, 2 failed, 2 errored, 2 skipped of 38', failures: FAILED };
}
