import { homedir } from 'node:os';
import { join } from 'node:path';
import { versionOf } from './server-spec.ts';
import type { ServerSpec } from './server-spec.ts';

/** The folder everything Lacuna downloads or builds is kept in: `LACUNA_CACHE`, else the user's cache folder. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  const named = env['LACUNA_CACHE'];
  if (named) return named;
  return join(env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache'), 'lacuna');
}

/** Folder of one version of one server. It holds the binary, the build lock and the launcher script. */
export const serverFolder = (server: ServerSpec, env: NodeJS.ProcessEnv): string =>
  join(cacheFolder(env), 'servers', `${server.binary}-${versionOf(server)}`);
