import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folders are named `lacuna-test-<pid>-…`, so that a later run can tell what a killed one left behind. */
export const TEMP_PREFIX = 'lacuna-test-';

export interface TempDir extends AsyncDisposable {
  readonly path: string;
}

/** An empty folder that is removed, with all in it, on disposal. */
export async function tempDir(): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), `${TEMP_PREFIX}${process.pid}-`));
  return {
    path,
    // Retries: a server that was just killed may still be making its last file.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}
