import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeClone } from './support/clone.ts';

async function told(results?: object): Promise<string> {
  await using clone = await makeClone();
  if (results !== undefined) await clone.write('.lacuna/test-results.json', JSON.stringify(results));
  const { stdout } = spawnSync(process.execPath, [join(clone.folder, 'infra/setup/test-tally.mjs')], {
    encoding: 'utf8',
  });
  return stdout;
}

const counts = { numPassedTests: 3, numFailedTests: 1, numPendingTests: 2, numTodoTests: 1 };

test('the closing line counts tests', async () => {
  expect(await told({ ...counts, testResults: [] })).toBe('3 passed, 1 failed, 3 skipped\n');
});

test('a file that could not be loaded counts as failed', async () => {
  const testResults = [
    { name: 'a.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
    {
      name: 'b.test.ts',
      status: 'failed',
      assertionResults: [{ status: 'failed', fullName: 'x', failureMessages: [] }],
    },
  ];
  expect(await told({ ...counts, testResults })).toMatch(/\n3 passed, 2 failed, 3 skipped\n$/);
});

test('a run that left no results has failed', async () => {
  expect(await told()).toBe('0 passed, 1 failed, 0 skipped\n');
});

test('what failed is told once more before it, each with the beginning of why, and no more than may be kept', async () => {
  const long = Array.from({ length: 3 }, (_, n) => ({
    status: 'failed',
    fullName: `suite test ${n}`,
    failureMessages: [`Error: why ${n}\n    at ours.ts:1\n    at /x/node_modules/vitest/y.js:1\n${'x'.repeat(50_000)}`],
  }));
  const passed = { status: 'passed', fullName: 'fine', failureMessages: [] };
  const testResults = [
    { name: 'a.test.ts', status: 'failed', assertionResults: [...long, passed] },
    { name: 'b.test.ts', status: 'failed', message: 'no such module', assertionResults: [] },
  ];
  const output = await told({ ...counts, numFailedTests: 3, testResults });
  expect(output.length).toBeLessThan(10_000);
  for (const n of [0, 1, 2])
    expect(output).toMatch(new RegExp(`✗ .*a\\.test\\.ts > suite test ${n}\nError: why ${n}\n    at ours`));
  expect(output).toMatch(/b\.test\.ts\nno such module\n/);
  expect(output).not.toMatch(/fine|node_modules/);
  expect(output).toMatch(/\n3 passed, 4 failed, 3 skipped\n$/);
});
