import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeClone } from './support/clone.ts';

async function closingLine(results?: object): Promise<string> {
  await using clone = await makeClone();
  if (results !== undefined) await clone.write('.lacuna/test-results.json', JSON.stringify(results));
  const { stdout } = spawnSync(process.execPath, [join(clone.folder, 'infra/setup/test-tally.mjs')], {
    encoding: 'utf8',
  });
  return stdout;
}

const counts = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };

test('the closing line counts tests', async () => {
  expect(await closingLine({ ...counts, testResults: [] })).toBe('3 passed, 1 failed, 3 skipped\n');
});

test('a file that could not be loaded counts as failed', async () => {
  const testResults = [
    { status: 'failed', assertionResults: [] },
    { status: 'failed', assertionResults: [{ status: 'failed' }] },
  ];
  expect(await closingLine({ ...counts, testResults })).toBe('3 passed, 2 failed, 3 skipped\n');
});

test('a run that left no results has failed', async () => {
  expect(await closingLine()).toBe('0 passed, 1 failed, 0 skipped\n');
});
