import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { acquireBuildLock } from '@lacuna/servers';
import { ARCHITECTURES, programOf } from './architecture.ts';
import type { Architecture } from './architecture.ts';
import { compile } from './compile.ts';
import { zigToolchain } from './zig-toolchain.ts';
import type { ToolchainOptions } from './zig-toolchain.ts';

interface BuildOptions extends Omit<ToolchainOptions, 'onStart'> {
  /** Where the programs go. */
  readonly folder: string;
}

/** Builds the program for every processor, or waits for another process that already does; gives why it can't. */
export async function buildSeal({ folder, ...options }: BuildOptions): Promise<string | undefined> {
  const { tools, onProgress, signal } = options;
  await mkdir(tools, { recursive: true });
  await mkdir(folder, { recursive: true });
  await using lock = await acquireBuildLock(join(tools, 'seal-lock'), {
    signal,
    onWait: ({ pid }) => onProgress({ message: `waiting for process ${pid}, which builds seal`, passing: false }),
  });
  const context = { ...options, onStart: lock.include };
  const toolchain = await zigToolchain(context);
  if (toolchain.kind === 'missing') return toolchain.why;
  onProgress({ message: 'building seal for amd64 and arm64; it takes half a minute, once', passing: false });
  const draft = await mkdtemp(join(folder, 'draft-'));
  try {
    const compilation = { ...context, zig: toolchain.zig, folder: draft, cache: join(tools, 'zig-cache') };
    for (const architecture of Object.keys(ARCHITECTURES) as Architecture[]) {
      const failure = await compile(architecture, compilation);
      if (failure !== undefined) return failure;
      await rename(join(draft, programOf(architecture)), join(folder, programOf(architecture)));
    }
    return undefined;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}
