import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never ends where a folder is there and nothing can be made in it,
 * as in `/proc`: the answer is then the same as for a folder that is missing.
 */
export async function makeFolder(path: string): Promise<void> {
  const error = await made(path);
  if (error?.code !== 'ENOENT' || dirname(path) === path) return throwUnlessThere(error);
  await makeFolder(dirname(path));
  throwUnlessThere(await made(path));
}

async function made(path: string): Promise<NodeJS.ErrnoException | undefined> {
  return mkdir(path).then(
    () => undefined,
    (error: unknown) => error as NodeJS.ErrnoException,
  );
}

/** What is there and is no folder is found out by whoever writes into it. */
function throwUnlessThere(error: NodeJS.ErrnoException | undefined): void {
  if (error !== undefined && error.code !== 'EEXIST') throw error;
}
