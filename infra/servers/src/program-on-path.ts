import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Full paths of every executable `program` in the folders of PATH and then in `otherFolders`, in that order. */
export function programsOnPath(
  program: string,
  env: NodeJS.ProcessEnv,
  otherFolders: readonly string[] = [],
): string[] {
  const folders = (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...new Set([...folders, ...otherFolders])].map((folder) => join(folder, program)).filter(isExecutableFile);
}

/** Whether this user may run it; false for what is not there. */
export function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
