import { readFileSync } from 'node:fs';
import { TEST_RESULTS } from './paths.mjs';

/** Prints `N passed, N failed, N skipped` of the last recorded run. No results at all is a run that never began: failed. */
function main() {
  const { passed, failed, skipped } = tally(readResults());
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
}

function readResults() {
  try {
    return JSON.parse(readFileSync(TEST_RESULTS, 'utf8'));
  } catch {
    return undefined;
  }
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
