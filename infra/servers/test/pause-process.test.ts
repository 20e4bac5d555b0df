import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { pauseProcess } from '../src/pause-process.ts';
import { sandbox, until } from './support/sandbox.ts';

/** Threads that write their counts to a file each, as fast as they can. */
const BUSY = `
import { writeFileSync } from 'node:fs';
import { isMainThread, threadId, Worker } from 'node:worker_threads';
if (isMainThread) for (let i = 0; i < 3; i++) new Worker(new URL(import.meta.url), { argv: process.argv.slice(2) });
else for (let count = 1; ; count++) writeFileSync(process.argv[2] + '/' + threadId, String(count));
`;

test('a paused process does nothing from then on, in any of its threads', async () => {
  await using machine = await sandbox();
  await machine.writeFile('busy.mjs', BUSY);
  const child = spawn(process.execPath, [join(machine.folder, 'busy.mjs'), machine.folder]);
  const counts = (): string[] => ['1', '2', '3'].map((thread) => readFileSync(join(machine.folder, thread), 'utf8'));
  try {
    await until('all threads run', () => ['1', '2', '3'].every((thread) => existsSync(join(machine.folder, thread))));
    for (let round = 0; round < 50; round++) {
      pauseProcess(child.pid ?? 0);
      const before = counts();
      await delay(5);
      expect(counts()).toEqual(before);
      child.kill('SIGCONT');
      await delay(5);
    }
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
