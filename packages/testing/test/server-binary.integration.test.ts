import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { inCI } from '../src/server-binary.ts';

/** Runs a test file that needs nats in a vitest of its own, on a machine that has no nats. */
function runWithoutNats(ci: string): { output: string; status: number | null } {
  const env = {
    ...process.env,
    LACUNA_NATS_SERVER: '/nowhere/nats-server',
    LACUNA_JAEGER_SERVER: process.execPath,
    NO_COLOR: '1',
    CI: ci,
  };
  const vitest = new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
  const config = new URL('./support/vitest.config.ts', import.meta.url).pathname;
  const run = spawnSync(process.execPath, [vitest, 'run', '--config', config], { env, encoding: 'utf8' });
  return { output: run.stdout + run.stderr, status: run.status };
}

test('without a server the tests that need it are skipped, and it is said why', () => {
  const { output, status } = runWithoutNats('');
  expect(output).toContain("tests that need nats can't run here: LACUNA_NATS_SERVER names /nowhere/nats-server");
  expect(output).toContain('1 passed | 1 skipped');
  expect(status).toBe(0);
});

test('in CI everything must run, so a missing server is a failure', () => {
  const { output, status } = runWithoutNats('true');
  expect(output).toContain('LACUNA_NATS_SERVER names /nowhere/nats-server');
  expect(status).not.toBe(0);
});

test.each([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['', false],
])('CI=%s counts as CI: %s', (value, expected) => {
  expect(inCI({ CI: value })).toBe(expected);
});
