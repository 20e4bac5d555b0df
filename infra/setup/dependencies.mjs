import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './install-lock.mjs';
import { npm } from './npm.mjs';
import { ROOT } from './paths.mjs';
import { duration, say } from './say.mjs';

const LOCKFILE = join(ROOT, 'package-lock.json');

/** Written last, so an install that was interrupted has none; `npm ci` begins by removing it with all of `node_modules`. */
const MARKER = join(ROOT, 'node_modules/.lacuna-installed');

/** npm writes this last too. It tells of an install made by hand. */
const NPM_MARKER = join(ROOT, 'node_modules/.package-lock.json');

export function dependenciesFresh() {
  const marker = attempt(() => readFileSync(MARKER, 'utf8'));
  if (marker !== undefined) return marker === fingerprint();
  const installedAt = attempt(() => statSync(NPM_MARKER).mtimeMs);
  return installedAt !== undefined && installedAt >= statSync(LOCKFILE).mtimeMs;
}

/** Installs what the lockfile says, with the given Node, unless it is there already. */
export async function ensureDependencies(node) {
  if (dependenciesFresh()) return;
  await alone(join(ROOT, '.lacuna/install.lock'), async () => {
    if (dependenciesFresh()) return;
    say('installing dependencies (npm ci)');
    const startedAt = performance.now();
    const code = await npm(node, ['ci', '--no-audit', '--no-fund'], ROOT);
    if (code !== 0) throw new Error(`npm ci failed with exit code ${code}`);
    writeFileSync(MARKER, fingerprint());
    say(`installed dependencies in ${duration(performance.now() - startedAt)}`);
  });
}

const fingerprint = () => createHash('sha256').update(readFileSync(LOCKFILE)).digest('hex');

function attempt(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
