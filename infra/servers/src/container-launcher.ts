import { randomUUID } from 'node:crypto';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from './command.ts';
import { programsOnPath } from './program-on-path.ts';
import type { FoundServer, ResolveContext } from './resolution.ts';
import { serverFolder } from './server-cache.ts';
import { versionOf } from './server-spec.ts';
import type { ServerSpec } from './server-spec.ts';

type ImageSpec = ServerSpec & { readonly image: string };

/** `info` of a runtime whose daemon hangs ends after this time. */
const ANSWER_TIMEOUT_MS = 10_000;

/** A script that runs the pinned image like a local binary, or a string that says why there is none. */
export async function containerLauncher(server: ServerSpec, context: ResolveContext): Promise<FoundServer | string> {
  const { image } = server;
  if (image === undefined) return 'it is not run from an image';
  const installed = ['docker', 'podman'].flatMap((name) => programsOnPath(name, context.env).slice(0, 1));
  if (installed.length === 0) return 'no container runtime is installed';
  const reasons: string[] = [];
  for (const runtime of installed) {
    const reason = (await daemonProblem(runtime, context)) ?? (await imageProblem(runtime, image, context));
    if (reason === undefined) return writeLauncher(runtime, { ...server, image }, context);
    reasons.push(`${runtime} can't be used: ${reason}`);
  }
  return reasons.join('\n');
}

async function daemonProblem(runtime: string, { env, signal }: ResolveContext): Promise<string | undefined> {
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  try {
    const result = await runCommand(runtime, ['info'], {
      env,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    return result.kind === 'ok' ? undefined : (result.output.split('\n').at(-1) ?? result.reason);
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return 'its daemon does not answer';
  }
}

async function imageProblem(runtime: string, image: string, context: ResolveContext): Promise<string | undefined> {
  const { env, signal, onProgress } = context;
  const present = await runCommand(runtime, ['image', 'inspect', image], { env, signal });
  if (present.kind === 'ok') return undefined;
  onProgress({ message: `pulling ${image}`, passing: false });
  const pulled = await runCommand(runtime, ['pull', image], {
    env,
    signal,
    onLine: (line) => onProgress({ message: `pulling ${image}: ${line}`, passing: true }),
  });
  return pulled.kind === 'ok' ? undefined : `it could not pull ${image}: ${pulled.output}`;
}

async function writeLauncher(runtime: string, server: ImageSpec, { env }: ResolveContext): Promise<FoundServer> {
  const folder = serverFolder(server, env);
  const path = join(folder, `${server.binary}-container`);
  const draft = `${path}-${randomUUID()}`;
  await mkdir(folder, { recursive: true });
  await writeFile(draft, launcherScript(runtime, server));
  await chmod(draft, 0o755);
  await rename(draft, path);
  return { kind: 'found', path, version: versionOf(server), source: 'container' };
}

/**
 * The container is named after the data folder and an old one is removed first: killing the client with SIGKILL leaves the
 * container running, and two servers must never share a data folder.
 */
const launcherScript = (runtime: string, server: ImageSpec): string => `#!/bin/sh
# Runs ${server.binary} from its image. LACUNA_DATA_DIR is the only folder of this machine that it sees.
set -eu
name="lacuna-${server.binary}-$(printf %s "$LACUNA_DATA_DIR" | cksum | cut -d ' ' -f 1)"
'${runtime}' rm --force "$name" >/dev/null 2>&1 || true
exec '${runtime}' run --rm --name "$name" --network host --user "$(id -u):$(id -g)" \\
  --volume "$LACUNA_DATA_DIR:$LACUNA_DATA_DIR" '${server.image}' "$@"
`;
