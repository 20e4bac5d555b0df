import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The clone. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where everything fetched or built is kept, outside the clone. The server resolver goes by the same rule. */
export const CACHE =
  process.env.LACUNA_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lacuna');

/** Results of the last test run, for the closing line. */
export const TEST_RESULTS = join(ROOT, '.lacuna', 'test-results.json');

/** The one Node version the project runs on: exact, from package.json. */
export const NODE_VERSION = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).devDependencies.node;
