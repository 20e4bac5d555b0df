import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './child.mjs';
import { ROOT, TEST_RESULTS } from './paths.mjs';
import { duration, say } from './say.mjs';

/** The output of a gate is shown only when it fails: at once, and again at the end, of which alone something may be kept. */
const GATES = [
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ['lint', 'node_modules/oxlint/bin/oxlint'],
  ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  ['boundaries', 'node_modules/turbo/bin/turbo', 'boundaries'],
];

/** Arguments for vitest that make it show its usual report and keep the results for `test-tally.mjs`. */
const RECORDED = ['--reporter=default', '--reporter=json', `--outputFile.json=${TEST_RESULTS}`];

/** Runs every gate, also after one has failed; gives the exit code. */
export async function verify(node, env) {
  const results = [];
  for (const [name, script, ...args] of GATES) {
    results.push(await timed(name, () => quietly(node, [join(ROOT, script), ...args], env)));
  }
  results.push(await timed('tests', () => recordedTests(node, env)));
  say('');
  for (const { name, passed, ms, output } of results) {
    say(`${passed ? '✓' : '✗'} ${name.padEnd(10)} ${duration(ms)}`);
    process.stderr.write(output);
  }
  return results.every(({ passed }) => passed) ? 0 : 1;
}

/** Its failures are told once more by `test-tally.mjs`. */
async function recordedTests(node, env) {
  mkdirSync(dirname(TEST_RESULTS), { recursive: true });
  rmSync(TEST_RESULTS, { force: true });
  const code = await run(node, [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...RECORDED], { cwd: ROOT, env });
  return { code, output: '' };
}

async function timed(name, gate) {
  const startedAt = performance.now();
  const { code, output } = await gate();
  return { name, passed: code === 0, ms: performance.now() - startedAt, output };
}

function quietly(node, args, env) {
  return new Promise((resolve, reject) => {
    const output = [];
    const child = spawn(node, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
    child.once('error', reject);
    child.once('close', (code) => {
      const told = code === 0 ? '' : Buffer.concat(output);
      process.stderr.write(told);
      resolve({ code, output: told });
    });
  });
}
