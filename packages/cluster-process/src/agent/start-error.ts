import type { JobRequest } from '@lacuna/cluster';
import { statSync } from 'node:fs';

/** What kept a command from starting, and what to do about it. */
export function explainStartError(error: NodeJS.ErrnoException, { command, workdir }: JobRequest): string {
  const program = JSON.stringify(command[0]);
  const place = workdir ?? process.cwd();
  switch (error.code) {
    case 'ENOENT':
      return isDirectory(place)
        ? `there is no program ${program} (or its interpreter): install it, correct its name, or put its directory on PATH`
        : `the working directory ${place} does not exist: create it or correct "workdir"`;
    case 'ENOTDIR':
      return `${place} or the path of ${program} is not a directory: correct "workdir" or the command`;
    case 'EACCES':
      return `${program} may not be executed, or ${place} not be entered: check their permissions (chmod +x)`;
    case 'E2BIG':
      return `the arguments and env values are larger than the system allows: pass the large ones in a file`;
    case 'EAGAIN':
    case 'EMFILE':
    case 'ENFILE':
    case 'ENOMEM':
      return `the system has no room for another process (${error.code}): run fewer at once or raise its limits`;
    default:
      return `${program} cannot be started: ${error.message}`;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
