import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeLeftovers } from '@lacuna/servers';
import { TEMP_PREFIX } from './temp-dir.ts';

/** Stops the servers and removes the folders of test processes that were killed before they could. */
export async function sweepLeftovers(onLog: (line: string) => void): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(TEMP_PREFIX) || isRunning(Number(name.slice(TEMP_PREFIX.length).split('-')[0]))) continue;
    const folder = join(tmpdir(), name);
    try {
      await removeLeftovers(folder, onLog);
    } catch (error) {
      onLog(`${folder} is left as it is: ${(error as Error).message}`);
    }
  }
}

/** A later process may have the same pid: then its folder stays for one more run, which does no harm. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
