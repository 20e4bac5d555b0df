import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, runCommand } from '@lacuna/servers';
import { ARCHITECTURES, OWN_ARCHITECTURE } from '../../src/architecture.ts';
import { OPTIMIZE, SOURCES } from '../../src/sources.ts';
import { zigToolchain } from '../../src/zig-toolchain.ts';

const PROGRAM = fileURLToPath(new URL('../hashes/hashes.zig', import.meta.url));

/** Builds the program that hashes by both ways of the helper, into a folder; gives its path. Throws when it can't be built. */
export async function buildHashes(folder: string): Promise<string> {
  const tools = join(cacheFolder(process.env), 'tools');
  const quiet = { env: process.env, signal: undefined, onStart: () => undefined };
  const toolchain = await zigToolchain({ tools, ...quiet, onProgress: () => undefined });
  if (toolchain.kind === 'missing') throw new Error(toolchain.why);
  const { target, sha256 } = ARCHITECTURES[OWN_ARCHITECTURE];
  const [object, program] = [join(folder, 'sha256.o'), join(folder, 'hashes')];
  const cache = join(tools, 'zig-cache');
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  const zig = async (...args: string[]): Promise<void> => {
    const result = await runCommand(toolchain.zig, [...args, '-target', target, ...OPTIMIZE], { ...quiet, env });
    if (result.kind === 'failed') throw new Error(`zig ${args[0]} failed (${result.reason}):\n${result.output}`);
  };
  await zig('build-obj', `${SOURCES}sha256_accelerated.zig`, `-mcpu=${sha256}`, `-femit-bin=${object}`);
  const modules = ['--dep', 'sha256', `-Mroot=${PROGRAM}`, `-Msha256=${SOURCES}sha256.zig`];
  await zig('build-exe', object, `-femit-bin=${program}`, '-mcpu=baseline', ...modules);
  return program;
}
