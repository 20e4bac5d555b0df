import type { Tool } from './index.ts';
import type { ReportFileFormat } from '../../src/report-file.ts';

/** One way in which a real tool writes a report file, and what is true of it. */
export interface FileCase {
  readonly tool: Tool;
  readonly run: string;
  readonly file: string;
  readonly format: ReportFileFormat;
  readonly says: string;
  readonly failures?: readonly string[];
}

const PYTEST = 'python -m pytest -p no:cacheprovider --tb=no';
const IN_PYTEST = ['test_fails', 'test_prints', 'test_setup_error', 'test_teardown_error'];

export const REPORT_FILES: Readonly<Record<string, FileCase>> = {
  'pytest-junit': {
    tool: 'pytest',
    run: `${PYTEST} --junit-xml=r.xml test_mixed.py`,
    file: 'r.xml',
    format: 'junit',
    says: '7 passed, 2 failed, 2 errored, 2 skipped of 13',
    failures: IN_PYTEST.map((name) => `test_mixed > ${name}`),
  },
  'pytest-xdist-junit': {
    tool: 'pytest',
    run: `${PYTEST} -n 2 -o junit_family=xunit1 --junit-xml=r.xml test_mixed.py test_many.py`,
    file: 'r.xml',
    format: 'junit',
    says: '156 passed, 3 failed, 2 errored, 2 skipped of 163',
  },
  // The plugin knows no errors.
  'pytest-ctrf': {
    tool: 'pytest',
    run: `${PYTEST} --ctrf=r.json test_mixed.py`,
    file: 'r.json',
    format: 'ctrf',
    says: '7 passed, 4 failed, 2 skipped of 13',
    failures: IN_PYTEST.map((name) => `test_mixed.py > test_mixed.py::${name}`),
  },
  'jest-junit': {
    tool: 'jest',
    run: 'jest --reporters=jest-junit --testPathPatterns table green',
    file: 'junit.xml',
    format: 'junit',
    says: '30 passed, 1 failed of 31',
  },
  'jest-ctrf': {
    tool: 'jest',
    run: 'jest --reporters=jest-ctrf-json-reporter --testPathPatterns mixed green',
    file: 'ctrf/ctrf-report.json',
    format: 'ctrf',
    says: '29 passed, 2 failed, 2 skipped of 33',
  },
  'vitest-junit': {
    tool: 'vitest',
    run: 'vitest run --reporter=junit --outputFile=r.xml mixed.vitest.js green.vitest.js',
    file: 'r.xml',
    format: 'junit',
    says: '31 passed, 2 failed, 2 skipped of 35',
    failures: ['mixed.vitest.js > fails', 'mixed.vitest.js > a suite > has a failing case'],
  },
  // Parents of subtests are suites here, and tests in the other reporters.
  'node-junit': {
    tool: 'node-test',
    run: 'node --test --test-reporter=junit --test-reporter-destination=r.xml mixed.mjs green.mjs',
    file: 'r.xml',
    format: 'junit',
    says: '32 passed, 2 failed, 3 skipped of 37',
  },
};
