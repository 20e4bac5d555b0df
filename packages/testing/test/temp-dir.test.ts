import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempDir } from '../src/index.ts';
import { sweepLeftovers } from '../src/sweep-leftovers.ts';

test('a temporary folder is gone, with all in it, after its block', async () => {
  let path: string;
  {
    await using dir = await tempDir();
    path = dir.path;
    await writeFile(join(path, 'file'), 'x');
    expect(existsSync(path)).toBe(true);
  }
  expect(existsSync(path)).toBe(false);
});

test('a sweep removes the folders of dead test processes and no others', async () => {
  const dead = spawn('/bin/sh', ['-c', 'exit 0']);
  await once(dead, 'exit');
  const left = await mkdtemp(join(tmpdir(), `lacuna-test-${dead.pid}-`));
  await using ours = await tempDir();
  await sweepLeftovers(() => {});
  expect(existsSync(left)).toBe(false);
  expect(existsSync(ours.path)).toBe(true);
});
