import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { programsOnPath, runCommand } from '@lacuna/servers';
import type { OnProgress } from '@lacuna/servers';
import { compilerVersion, REQUIREMENTS } from './sources.ts';

export interface ToolchainOptions {
  /** Folder of the tools of all versions. */
  readonly tools: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal | undefined;
  readonly onStart: (pid: number) => void;
}

type Toolchain = { readonly kind: 'found'; readonly zig: string } | { readonly kind: 'missing'; readonly why: string };

/** The pinned Zig, from its Python package, which pip checks against our hash. It is put beside nothing else and installs nothing. */
export async function zigToolchain(options: ToolchainOptions): Promise<Toolchain> {
  const { tools, env, onProgress, signal, onStart } = options;
  const version = compilerVersion();
  const home = join(tools, `zig-${version}`);
  const zig = join(home, 'ziglang', 'zig');
  if (existsSync(zig)) return { kind: 'found', zig };
  const python = programsOnPath('python3', env)[0];
  if (python === undefined) return missing('python3 is not installed');
  onProgress({ message: `fetching Zig ${version} with pip, 100 MB, once`, passing: false });
  const draft = join(tools, `draft-${randomUUID()}`);
  const checked = ['--require-hashes', '--only-binary=:all:', '--no-deps'];
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-compile',
    ...checked,
    '--target',
    draft,
    '--requirement',
    REQUIREMENTS,
  ];
  const result = await runCommand(python, args, { env, signal, onStart });
  if (result.kind === 'failed') {
    await rm(draft, { recursive: true, force: true });
    return missing(`pip could not fetch Zig (${result.reason}): ${result.output}`);
  }
  await rename(draft, home);
  return { kind: 'found', zig };
}

const missing = (why: string): Toolchain => ({ kind: 'missing', why });
