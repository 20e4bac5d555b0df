import { join } from 'node:path';
import { runCommand } from '@lacuna/servers';
import type { OnProgress } from '@lacuna/servers';
import { ARCHITECTURES, programOf } from './architecture.ts';
import type { Architecture } from './architecture.ts';
import { OPTIMIZE, SOURCES } from './sources.ts';

interface Compilation {
  readonly zig: string;
  /** Where the programs go. */
  readonly folder: string;
  /** Where the compiler keeps what it has compiled. */
  readonly cache: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal | undefined;
  readonly onStart: (pid: number) => void;
}

/** Compiles the program for one processor; gives why it can't. */
export async function compile(architecture: Architecture, options: Compilation): Promise<string | undefined> {
  const { target, sha256 } = ARCHITECTURES[architecture];
  const object = join(options.folder, `sha256-${architecture}.o`);
  const program = join(options.folder, programOf(architecture));
  return (
    (await zig(options, [
      'build-obj',
      'sha256_accelerated.zig',
      '-target',
      target,
      `-mcpu=${sha256}`,
      `-femit-bin=${object}`,
    ])) ??
    (await zig(options, [
      'build-exe',
      'main.zig',
      object,
      '-target',
      target,
      '-mcpu=baseline',
      `-femit-bin=${program}`,
    ]))
  );
}

async function zig(
  { zig: path, cache, env, signal, onStart }: Compilation,
  args: readonly string[],
): Promise<string | undefined> {
  const result = await runCommand(path, [...args, ...OPTIMIZE], {
    cwd: new URL(`file://${SOURCES}`),
    env: { ...env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache },
    signal,
    onStart,
  });
  return result.kind === 'ok' ? undefined : `zig ${args[0]} failed (${result.reason}):\n${result.output}`;
}
