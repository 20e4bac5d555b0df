import { runCommand } from './command.ts';
import { isExecutableFile, programsOnPath } from './program-on-path.ts';
import type { FoundServer, ResolveContext } from './resolution.ts';
import { versionIn } from './semantic-version.ts';
import type { ServerSpec } from './server-spec.ts';

/** A program that does not print its version within this time is not what we look for. */
const VERSION_TIMEOUT_MS = 10_000;

/** The first binary on PATH whose version is accepted; those refused are told to the person who waits. */
export async function findOnPath(server: ServerSpec, context: ResolveContext): Promise<FoundServer | undefined> {
  for (const path of programsOnPath(server.binary, context.env)) {
    const version = await versionOfBinary(server, path, context);
    if (version !== undefined && server.accepts(version)) return { kind: 'found', path, version, source: 'path' };
    context.onProgress({ message: `${path} is not used: ${version ?? 'it prints no version'}`, passing: false });
  }
  return undefined;
}

/** The binary a person named. Its version is not judged: who names a binary wants that one. */
export async function explicitBinary(
  server: ServerSpec,
  path: string,
  context: ResolveContext,
): Promise<FoundServer | string> {
  if (!isExecutableFile(path)) return `${server.pathVariable} names ${path}, which is not an executable file`;
  const version = await versionOfBinary(server, path, context);
  return { kind: 'found', path, version: version ?? 'unknown', source: 'variable' };
}

async function versionOfBinary(server: ServerSpec, path: string, context: ResolveContext): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(VERSION_TIMEOUT_MS);
  try {
    const signal = context.signal ? AbortSignal.any([context.signal, timeout]) : timeout;
    const result = await runCommand(path, server.versionArguments, { env: context.env, signal });
    return versionIn(result.output);
  } catch (error) {
    if (timeout.aborted && context.signal?.aborted !== true) return undefined;
    throw error;
  }
}
