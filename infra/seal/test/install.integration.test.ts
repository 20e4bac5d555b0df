import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '@lacuna/testing';
import { describe, expect, test } from 'vitest';
import { problem, seal } from './support/run-seal.ts';

describe.skipIf(problem !== undefined)('the seal helper, for an init container', () => {
  test('copies itself, whole, for everybody to run and nobody to change', async () => {
    await using dir = await tempDir();
    execFileSync(seal(), ['--install', dir.path]);
    const copy = join(dir.path, 'seal');
    expect(readFileSync(copy).equals(readFileSync(seal()))).toBe(true);
    expect(statSync(copy).mode & 0o777).toBe(0o555);
    expect(spawnSync(copy, ['--message', '/dev/null', '--', 'sh', '-c', 'exit 7']).status).toBe(7);
  });

  test('says why it can not', async () => {
    await using dir = await tempDir();
    mkdirSync(join(dir.path, 'seal'));
    const { status, stderr } = spawnSync(seal(), ['--install', dir.path]);
    expect([status, stderr.toString()]).toEqual([1, 'seal: not installed: cannot make its copy\n']);
  });
});
