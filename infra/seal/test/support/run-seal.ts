import { spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Seal } from '@lacuna/contracts';
import { tempDir } from '@lacuna/testing';
import { OWN_ARCHITECTURE, resolveSeal } from '../../src/index.ts';
import type { FoundSeal } from '../../src/resolve-seal.ts';

const resolved = await resolveSeal();

/** Why the helper can't be tested here; undefined when it can. In CI that is an error. */
export const problem = resolved.kind === 'unavailable' ? resolved.message : undefined;
if (problem !== undefined && process.env['CI'] !== undefined) throw new Error(problem);

export const { paths } = resolved as FoundSeal;

/** The one for the processor of this machine. */
export const seal = (): string => paths[OWN_ARCHITECTURE];

interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly seal: Seal | undefined;
}

export interface RunOptions {
  /** Options of the helper. */
  readonly options?: readonly string[];
  /** What the helper itself is run by. */
  readonly under?: readonly string[];
  readonly stdio?: StdioOptions;
  readonly env?: NodeJS.ProcessEnv;
  /** A folder of its own unless told: whatever file an option names is made there. */
  readonly cwd?: string;
}

/** Runs a command under the helper to its end. */
export async function run(
  command: readonly string[],
  { options = [], under = [], stdio, env, cwd }: RunOptions = {},
): Promise<Run> {
  await using dir = await tempDir();
  const message = join(dir.path, 'message');
  const [program = '', ...args] = [...under, seal(), '--message', message, ...options, '--', ...command];
  const child = spawn(program, args, {
    cwd: cwd ?? dir.path,
    stdio: stdio ?? ['ignore', 'pipe', 'pipe'],
    ...(env && { env }),
  });
  const output = [child.stdout, child.stderr].map(async (stream) => (stream ? buffer(stream) : Buffer.alloc(0)));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const [stdout, stderr] = (await Promise.all(output)) as [Buffer, Buffer];
  return { code, signal, stdout, stderr, seal: await sealIn(message) };
}

export const shell = (script: string): readonly string[] => ['sh', '-c', script];

/** In a script behind `sleep … &`: waits until that is what runs. Until then it is one more shell by name. */
export const untilSleeps = 'until read -r name </proc/$!/comm && [ "$name" = sleep ]; do :; done';

/** The seal in a message file; undefined when there is none. */
export async function sealIn(message: string): Promise<Seal | undefined> {
  try {
    const text = await readFile(message, 'utf8');
    return text === '' ? undefined : (JSON.parse(text) as Seal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  } finally {
    await rm(message, { force: true });
  }
}
