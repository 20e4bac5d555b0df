import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './install-lock.mjs';
import { npm } from './npm.mjs';
import { CACHE, NODE_VERSION, ROOT } from './paths.mjs';
import { say } from './say.mjs';

const HOME = join(CACHE, `node-${NODE_VERSION}`);

/** Package that holds the binary of one platform; `node` fetches it in an install script, which npm may be told not to run. */
const PLATFORM_PACKAGE = `node-${process.platform}-${process.arch}`;

/**
 * Path of the pinned Node: the running one, that of the installed dependencies, or one fetched once into the cache.
 * `dependenciesFresh` says whether `node_modules` will stay as it is.
 */
export async function ensureNode(dependenciesFresh) {
  if (process.version === `v${NODE_VERSION}`) return process.execPath;
  const installed = join(ROOT, 'node_modules/node/bin/node');
  if (dependenciesFresh && isPinned(installed)) return installed;
  return nodeIn(HOME) ?? alone(`${HOME}.lock`, install);
}

async function install() {
  const present = nodeIn(HOME);
  if (present) return present;
  say(`Lacuna runs on Node ${NODE_VERSION}, this is ${process.version.slice(1)}: fetching it once into ${HOME}`);
  const draft = `${HOME}.unfinished`;
  for (const name of ['node', PLATFORM_PACKAGE]) {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft, { recursive: true });
    await npm(
      process.execPath,
      ['install', '--no-audit', '--no-fund', '--prefix', draft, `${name}@${NODE_VERSION}`],
      draft,
    );
    if (nodeIn(draft)) {
      rmSync(HOME, { recursive: true, force: true });
      renameSync(draft, HOME);
      return nodeIn(HOME);
    }
  }
  throw new Error(`Node ${NODE_VERSION} could not be fetched from the npm registry. Install it, or run this with it.`);
}

/** The binary that really runs: a package whose install script was not run holds only a placeholder. */
function nodeIn(home) {
  return ['node', PLATFORM_PACKAGE].map((name) => join(home, 'node_modules', name, 'bin/node')).find(isPinned);
}

function isPinned(path) {
  try {
    const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    return existsSync(path) && execFileSync(path, ['-v'], options).trim() === `v${NODE_VERSION}`;
  } catch {
    return false;
  }
}
