import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the test suites that the demo runs. */
export const SUITES = fileURLToPath(new URL('../../demo', import.meta.url));

/** Path of one of them. */
export function suiteFile(name: string): string {
  return join(SUITES, `${name}.suite.mjs`);
}
