import { openSync, closeSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '@lacuna/servers';

/** Why no disk can be made here; undefined when one can. */
export async function diskProblem(): Promise<string | undefined> {
  const made = await runCommand('env', [...withSmallDisk('/mnt', 1), 'true'], { env: process.env });
  return made.kind === 'ok'
    ? undefined
    : `a small disk needs the right to make namespaces and to mount: ${made.output}`;
}

/**
 * The beginning of a command line that gives the command a disk of its own in a folder: nobody else sees it, and it goes with the last
 * process that has it.
 */
export function withSmallDisk(folder: string, megabytes: number): string[] {
  const script = `mount -t tmpfs -o size=${megabytes}m lacuna-test "$0" && exec "$@"`;
  return ['unshare', '--mount', 'sh', '-c', script, folder];
}

/** Takes all that is left of the disk that a process has in a folder; disposing it gives that back. */
export function fillDisk(pid: number, folder: string): Disposable {
  const path = join(`/proc/${pid}/root`, folder, 'ballast');
  const file = openSync(path, 'w');
  try {
    for (let bytes = 1 << 20; bytes >= 1;) {
      try {
        writeSync(file, Buffer.alloc(bytes));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
        bytes = Math.floor(bytes / 2);
      }
    }
  } finally {
    closeSync(file);
  }
  return { [Symbol.dispose]: () => rmSync(path) };
}
