import { resolveBinary } from './resolve-server.ts';
import type { ResolveOptions, UnavailableServer } from './resolution.ts';
import type { ServerName } from './server-catalog.ts';

/** Programs that are of use only together. */
interface FoundBinaries<Name extends ServerName> {
  readonly kind: 'found';
  readonly paths: Readonly<Record<Name, string>>;
}

/** Finds or makes every one of them, one after the other; or says, all in one message, which can't be had. */
export async function resolveBinaries<Name extends ServerName>(
  names: readonly Name[],
  options: ResolveOptions = {},
): Promise<FoundBinaries<Name> | UnavailableServer> {
  const paths: Partial<Record<Name, string>> = {};
  const missing: string[] = [];
  for (const name of names) {
    const server = await resolveBinary(name, options);
    if (server.kind === 'found') paths[name] = server.path;
    else missing.push(server.message);
  }
  if (missing.length > 0) return { kind: 'unavailable', message: missing.join('\n') };
  return { kind: 'found', paths: paths as Record<Name, string> };
}
