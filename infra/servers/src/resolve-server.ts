import { containerLauncher } from './container-launcher.ts';
import { buildWithGo, cachedBinary } from './go-build.ts';
import { explicitBinary, findOnPath } from './installed-binary.ts';
import type { ExternalServer, FoundServer, ResolveContext, ResolveOptions, UnavailableServer } from './resolution.ts';
import { SERVERS } from './server-catalog.ts';
import type { ServerName } from './server-catalog.ts';
import { versionOf } from './server-spec.ts';
import type { ServerSpec } from './server-spec.ts';

/**
 * Finds the server, or says that somebody else runs it. In order: the address in the environment, then everything that
 * {@link resolveBinary} tries. Rejects only when `signal` aborts or the cache folder can't be written.
 */
export async function resolveServer(
  name: ServerName,
  options: ResolveOptions = {},
): Promise<ExternalServer | FoundServer | UnavailableServer> {
  const { addressVariable }: ServerSpec = SERVERS[name];
  const address = addressVariable && (options.env ?? process.env)[addressVariable];
  if (addressVariable && address) return { kind: 'external', address, source: addressVariable };
  return resolveBinary(name, options);
}

/**
 * Finds or makes a program to start, whatever address the environment names. In order: the path in the environment (a wrong
 * one is an error and not skipped) → PATH → the cache → a build with Go → a container runtime.
 */
export async function resolveBinary(
  name: ServerName,
  options: ResolveOptions = {},
): Promise<FoundServer | UnavailableServer> {
  const server: ServerSpec = SERVERS[name];
  const context = withDefaults(options);
  const named = context.env[server.pathVariable];
  if (named) {
    const binary = await explicitBinary(server, named, context);
    return typeof binary === 'string' ? { kind: 'unavailable', message: binary } : binary;
  }
  const present = (await findOnPath(server, context)) ?? cachedBinary(server, context);
  if (present !== undefined) return present;
  if (options.build === false) return { kind: 'unavailable', message: notBuilt(name, server) };
  const reasons: string[] = [];
  for (const make of [buildWithGo, containerLauncher]) {
    const made = await make(server, context);
    if (typeof made !== 'string') return made;
    reasons.push(made);
  }
  return { kind: 'unavailable', message: explain(server, reasons) };
}

const withDefaults = (options: ResolveOptions): ResolveContext => ({
  env: options.env ?? process.env,
  onProgress: options.onProgress ?? (() => {}),
  signal: options.signal,
  goFolders: options.goFolders ?? ['/usr/local/go/bin'],
});

const notBuilt = (name: ServerName, server: ServerSpec): string =>
  `${server.binary} ${versionOf(server)} has not been built on this machine: npx node infra/servers/src/cli.ts ensure ${name}`;

function explain(server: ServerSpec, reasons: readonly string[]): string {
  return [
    `${server.binary} ${versionOf(server)} can't be had on this machine:`,
    ...reasons.map((reason) => `  - ${reason.replaceAll('\n', '\n    ')}`),
    'Any of these helps:',
    `  - put ${server.binary} on PATH, or its path into ${server.pathVariable}`,
    '  - install Go (https://go.dev/dl), with which it is built once',
    ...(server.image ? ['  - install and start a container runtime (docker or podman)'] : []),
    ...(server.addressVariable ? [`  - set ${server.addressVariable} to the address of one that runs`] : []),
  ].join('\n');
}
