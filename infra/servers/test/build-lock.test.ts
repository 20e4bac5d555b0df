import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireBuildLock } from '../src/build-lock.ts';
import { identify } from '../src/process-identity.ts';
import type { ProcessIdentity } from '../src/process-identity.ts';
import { sandbox, until } from './support/sandbox.ts';

/** A lock that some process made and did not remove. */
async function leaveLock(folder: string, owner: ProcessIdentity): Promise<void> {
  await mkdir(join(folder, 'lock-1'), { recursive: true });
  await writeFile(join(folder, 'lock-1', 'owners.json'), JSON.stringify([owner]));
}

async function identityOfDeadProcess(): Promise<ProcessIdentity> {
  const child = spawn('/bin/sh', ['-c', 'exit 0']);
  const identity = identify(child.pid ?? 0);
  await once(child, 'exit');
  return identity;
}

/** Eight takers at once; counts how many were ever inside together. */
async function mostInsideTogether(folder: string): Promise<number> {
  let [inside, most] = [0, 0];
  const take = async (): Promise<void> => {
    await using lock = await acquireBuildLock(folder);
    most = Math.max(most, ++inside);
    lock.include(process.pid);
    await new Promise(setImmediate);
    inside--;
  };
  await Promise.all(Array.from({ length: 8 }, take));
  return most;
}

test('one at a time is inside, and all get their turn', async () => {
  await using machine = await sandbox();
  expect(await mostInsideTogether(machine.folder)).toBe(1);
});

test('the lock of a dead process is taken over, by one of many who want it', async () => {
  await using machine = await sandbox();
  await leaveLock(machine.folder, await identityOfDeadProcess());
  expect(await mostInsideTogether(machine.folder)).toBe(1);
});

test('a later process with the pid of a dead owner does not keep the lock', async () => {
  await using machine = await sandbox();
  await leaveLock(machine.folder, { pid: process.pid, startTicks: 1 });
  await using lock = await acquireBuildLock(machine.folder);
  expect(lock).toBeDefined();
});

test('the lock of a living process is waited for, and the wait can be aborted', async () => {
  await using machine = await sandbox();
  await leaveLock(machine.folder, identify(process.pid));
  const controller = new AbortController();
  const owners: number[] = [];
  const waiting = acquireBuildLock(machine.folder, {
    signal: controller.signal,
    onWait: ({ pid }) => void owners.push(pid),
  });
  await until('it waits', () => owners.length > 0);
  controller.abort();
  await expect(waiting).rejects.toThrow('aborted');
  expect(owners).toEqual([process.pid]);
});
