import { randomUUID } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Held by one process on the machine. Disposing it lets the next one in. */
interface BuildLock extends AsyncDisposable {
  /** Keeps the lock while `pid` runs as well, even if we die: a compiler outlives a killed parent. */
  readonly include: (pid: number) => void;
}

const POLL_MS = 200;

/**
 * Waits for the lock in `folder` and takes it. The lock is a directory `lock-<n>` with the identity of its owners; it is
 * made complete under another name and moved into place, so there is never a lock without an owner in it.
 *
 * The lock with the highest number counts. When its owners are dead, the next number is free for the taking, and only one
 * process can make that directory. A dead lock is left where it is: removing it would race with a process that has just
 * judged it and is about to take the next number.
 */
export async function acquireBuildLock(
  folder: string,
  options: { signal?: AbortSignal | undefined; onWait?: (owner: ProcessIdentity) => void } = {},
): Promise<BuildLock> {
  await mkdir(folder, { recursive: true });
  let told = false;
  for (;;) {
    options.signal?.throwIfAborted();
    const newest = await newestLock(folder);
    const owners = newest === undefined ? [] : await ownersOf(join(folder, `lock-${newest}`));
    const living = owners?.find(isRunning);
    if (living !== undefined) {
      if (!told) options.onWait?.(living);
      told = true;
      await delay(POLL_MS, undefined, { ...(options.signal && { signal: options.signal }) });
    } else if (owners !== undefined) {
      const lock = await takeLock(folder, (newest ?? 0) + 1);
      if (lock !== undefined) return lock;
    }
  }
}

async function newestLock(folder: string): Promise<number | undefined> {
  const numbers = (await readdir(folder)).map((name) => Number(/^lock-(\d+)$/.exec(name)?.[1] ?? NaN));
  return numbers.filter((number) => !Number.isNaN(number)).sort((a, b) => b - a)[0];
}

/** Undefined when the lock was released in the meantime: that is no dead lock, so its successor may not be taken. */
async function ownersOf(lock: string): Promise<ProcessIdentity[] | undefined> {
  try {
    return JSON.parse(await readFile(join(lock, 'owners.json'), 'utf8')) as ProcessIdentity[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function takeLock(folder: string, number: number): Promise<BuildLock | undefined> {
  const owners = [identify(process.pid)];
  const lock = join(folder, `lock-${number}`);
  const draft = join(folder, `draft-${randomUUID()}`);
  await mkdir(draft);
  await writeFile(join(draft, 'owners.json'), JSON.stringify(owners));
  try {
    await rename(draft, lock);
  } catch (error) {
    await rm(draft, { recursive: true });
    if (['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  return {
    include: (pid) => {
      owners.push(identify(pid));
      const next = join(lock, `owners-${randomUUID()}`);
      writeFileSync(next, JSON.stringify(owners));
      renameSync(next, join(lock, 'owners.json'));
    },
    async [Symbol.asyncDispose]() {
      // Moved away first: a half-removed directory would be a lock without an owner.
      const gone = join(folder, `gone-${randomUUID()}`);
      await rename(lock, gone);
      await rm(gone, { recursive: true, force: true });
    },
  };
}
