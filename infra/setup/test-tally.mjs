import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ROOT, TEST_RESULTS } from './paths.mjs';

/** Of a long output only the end may be kept, about 30,000 characters: so much of each failure is told once more there, and of so many. */
const TOLD = { ofLine: 900, ofFailure: 1_800, failures: 15 };

/**
 * Prints what failed in the last recorded run, and last `N passed, N failed, N skipped`. No results at all is a run that never began:
 * failed.
 */
function main() {
  const results = readResults();
  const told = failuresIn(results).slice(0, TOLD.failures);
  for (const { name, why } of told) process.stdout.write(`\n✗ ${name}\n${why}\n`);
  const { passed, failed, skipped } = tally(results);
  if (failed > told.length && told.length > 0) process.stdout.write(`\n✗ and ${failed - told.length} more\n`);
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}

function readResults() {
  try {
    return JSON.parse(readFileSync(TEST_RESULTS, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Each test that failed, and each file that could not be loaded, with the beginning of why. */
function failuresIn(results) {
  return (results?.testResults ?? []).flatMap(({ name: path, status, message, assertionResults }) => {
    const file = relative(ROOT, path ?? '');
    const failed = assertionResults.filter((assertion) => assertion.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [{ name: file, why: brief([message]) }] : [];
    return failed.map(({ fullName, failureMessages }) => ({
      name: `${file} > ${fullName}`,
      why: brief(failureMessages),
    }));
  });
}

/** Without the places in the code of others. */
function brief(messages = []) {
  const lines = stripVTControlCharacters(messages.join('\n')).split('\n');
  return lines
    .filter((line) => !/^ +at .*(node_modules|node:internal)/.test(line))
    .map((line) => line.slice(0, TOLD.ofLine))
    .join('\n')
    .slice(0, TOLD.ofFailure);
}

function tally(results) {
  if (results === undefined) return { passed: 0, failed: 1, skipped: 0 };
  // A file that can't be loaded has no tests to count, and is a failure all the same.
  const broken = results.testResults.filter(({ status, assertionResults }) => {
    return status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed');
  });
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

main();
