import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ByteRange, ObjectStore } from './object-store.ts';
import { storeUnavailable } from './store-unavailable.ts';

/** Files get their name when they are whole and on disk; until then they are here. */
const UNFINISHED = '.unfinished';
/** What a killed writer left behind is removed when it is this old, in milliseconds: no writer takes that long. */
const LEFT_BEHIND_MS = 86_400_000;

/** Objects as files in folders below one that all replicas see: a disk of this machine, or a network file system. A name has one slash. */
export class DirectoryStore implements ObjectStore {
  readonly name: string;
  readonly #root: string;

  constructor(root: string) {
    this.#root = resolve(root);
    this.name = pathToFileURL(this.#root).href;
  }

  async put(object: string, parts: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const unfinished = join(this.#root, UNFINISHED, randomUUID());
    const file = await this.#try('written to', async () => {
      await mkdir(dirname(unfinished), { recursive: true });
      await this.#removeLeftBehind();
      return open(unfinished, 'wx');
    });
    try {
      await this.#fill(file, parts, signal);
      await this.#try('written to', () => settle(unfinished, join(this.#root, object)));
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  read(object: string, { from, length }: ByteRange): Promise<Uint8Array | undefined> {
    return this.#try('read', async () => {
      const file = await open(join(this.#root, object)).catch(unlessMissing);
      if (file === undefined) return undefined;
      try {
        return await readRange(file, from, length);
      } finally {
        await file.close();
      }
    });
  }

  async *list(signal: AbortSignal): AsyncGenerator<string> {
    for (const folder of await this.#namesIn('.')) {
      if (folder === UNFINISHED) continue;
      for (const name of await this.#namesIn(folder)) {
        signal.throwIfAborted();
        yield `${folder}/${name}`;
      }
    }
  }

  async remove(object: string): Promise<void> {
    await this.#try('changed', () => rm(join(this.#root, object), { force: true }));
  }

  async #fill(file: FileHandle, parts: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    try {
      for await (const part of parts) {
        signal.throwIfAborted();
        await this.#try('written to', () => file.writeFile(part));
      }
      await this.#try('written to', () => file.sync());
    } finally {
      await file.close();
    }
  }

  async #removeLeftBehind(): Promise<void> {
    const folder = join(this.#root, UNFINISHED);
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const changed = (await stat(path).catch(unlessMissing))?.mtimeMs ?? Infinity;
      if (Date.now() - changed > LEFT_BEHIND_MS) await rm(path, { force: true });
    }
  }

  /** In order; none where there is no such folder. */
  #namesIn(folder: string): Promise<string[]> {
    return this.#try('listed', async () =>
      ((await readdir(join(this.#root, folder)).catch(unlessMissing)) ?? []).sort(),
    );
  }

  async #try<T>(action: string, attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      throw storeUnavailable(this.name, action, error);
    }
  }
}

/** Gives a file its name, in a way that survives a power cut. */
async function settle(unfinished: string, path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  await rename(unfinished, path);
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readRange(file: FileHandle, from: number, length: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - from)));
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

function unlessMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}
