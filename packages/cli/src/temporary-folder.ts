import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Lifecycle } from '@lacuna/service-kit';

/** A folder for the data of a demo or a drill, which is gone at the end of the given life, and of the process however that ends by itself. */
export async function temporaryFolder(life: Lifecycle, what: 'demo' | 'drill'): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), `lacuna-${what}-`));
  // After a second Ctrl-C the life does not come to its end; our servers are killed by then.
  const removeAtOnce = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 });
  process.once('exit', removeAtOnce);
  const remove = async (): Promise<void> => {
    await rm(path, { recursive: true, force: true });
    process.removeListener('exit', removeAtOnce);
  };
  await life.step(`${what} data`, () => Promise.resolve({ [Symbol.asyncDispose]: remove }));
  return path;
}
