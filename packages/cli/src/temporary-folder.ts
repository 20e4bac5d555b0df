import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lifecycle } from '@lacuna/service-kit';

/** A folder for the data of a demo or a drill, which is gone at the end of the given life. */
export async function temporaryFolder(life: Lifecycle, what: 'demo' | 'drill'): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `lacuna-${what}-`));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true });
  await life.step(`${what} data`, () => Promise.resolve({ [Symbol.asyncDispose]: remove }));
  return path;
}
