import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { get } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { AgentPaths } from './agent-paths.ts';
import { baseEnv } from './base-env.ts';

export interface StartOptions {
  readonly paths: AgentPaths;
  readonly idleExitMs: number;
}

const MAIN = fileURLToPath(new URL('agent/main.ts', import.meta.url));
/** An agent is up in 0.1 s; on a machine under load, or with a long journal, in some seconds. */
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 10;
/**
 * Forking copies the page tables of all the agent's own memory, so each megabyte less makes every start of a container faster.
 * A young generation of 1 MB instead of 16 saves 40 MB after some thousand Jobs.
 */
const V8_FLAGS = ['--max-semi-space-size=1'];

/** Process id of the agent of this directory, which is started if there is none. Rejects when it fails, or takes too long. */
export async function startAgent(options: StartOptions, signal: AbortSignal): Promise<number> {
  const tooLate = AbortSignal.timeout(START_TIMEOUT_MS);
  try {
    return await connectOrLaunch(options, AbortSignal.any([signal, tooLate]));
  } catch (error) {
    if (!tooLate.aborted) throw error;
    const seconds = START_TIMEOUT_MS / 1_000;
    throw new Error(`the cluster agent did not answer within ${seconds} s; see ${options.paths.output}`, {
      cause: error,
    });
  }
}

async function connectOrLaunch(options: StartOptions, signal: AbortSignal): Promise<number> {
  let child: ChildProcess | undefined;
  for (;;) {
    const pid = await agentPid(options.paths.socket, signal);
    if (pid !== undefined) {
      // Ours has lost the race to start; left alone it would take over whenever the winner exits.
      if (child?.pid !== pid) child?.kill('SIGKILL');
      return pid;
    }
    if (child?.exitCode) throw new Error(`the cluster agent cannot start; see ${options.paths.output}`);
    // One that exits with 0 has lost to another agent, which may be on its way up or on its way out.
    if (child === undefined || child.exitCode === 0 || child.signalCode !== null) child = launch(options);
    await delay(POLL_MS, undefined, { signal });
  }
}

function launch({ paths, idleExitMs }: StartOptions): ChildProcess {
  const output = openSync(paths.output, 'a', 0o600);
  try {
    // Of our env only the base: what a container may not inherit it must not find in /proc of its parent either.
    const child = spawn(process.execPath, [...V8_FLAGS, MAIN, JSON.stringify({ dir: paths.dir, idleExitMs })], {
      detached: true,
      stdio: ['ignore', output, output],
      env: { ...baseEnv(process.env), NODE_COMPILE_CACHE: compileCache(process.env) },
    });
    // A failed spawn also sets the exit code, which is looked at.
    child.on('error', () => undefined).unref();
    return child;
  } finally {
    closeSync(output);
  }
}

/** For the same reason: an agent whose code comes from the cache does not load the TypeScript stripper, which holds 22 MB. */
function compileCache(env: NodeJS.ProcessEnv): string {
  return env['NODE_COMPILE_CACHE'] ?? join(env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'lacuna', 'node');
}

function agentPid(socketPath: string, signal: AbortSignal): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  get({ socketPath, path: '/healthz', agent: false, signal }, (response) => {
    json(response).then(
      (body) => resolve((body as { readonly pid: number }).pid),
      () => resolve(undefined),
    );
  }).on('error', () => resolve(undefined));
  return promise;
}
