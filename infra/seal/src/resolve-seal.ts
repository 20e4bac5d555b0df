import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '@lacuna/servers';
import type { OnProgress } from '@lacuna/servers';
import { ARCHITECTURES, programOf } from './architecture.ts';
import type { Architecture } from './architecture.ts';
import { buildSeal } from './build-seal.ts';
import { sourceHash } from './sources.ts';

export interface FoundSeal {
  readonly kind: 'found';
  /** The program for each processor. */
  readonly paths: Readonly<Record<Architecture, string>>;
}

/** It can't be had here. `message` says why, and what helps. */
interface UnavailableSeal {
  readonly kind: 'unavailable';
  readonly message: string;
}

interface SealOptions {
  /** Read for PATH, HOME, the cache folder and `LACUNA_SEAL_DIR`. */
  readonly env?: NodeJS.ProcessEnv;
  readonly onProgress?: OnProgress;
  /** False: only what is there already counts. */
  readonly build?: boolean;
  /** Ends a running build and rejects with the reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds or makes the helper for every processor. In order: the folder that `LACUNA_SEAL_DIR` names (an image has it there; a wrong one is
 * an error and not skipped) → the cache → a build. The cache goes by the hash of the sources, so a changed one is built anew.
 */
export async function resolveSeal(options: SealOptions = {}): Promise<FoundSeal | UnavailableSeal> {
  const { env = process.env, onProgress = () => {}, build = true, signal } = options;
  const named = env['LACUNA_SEAL_DIR'];
  if (named) return presentIn(named) ?? unavailable(`LACUNA_SEAL_DIR names ${named}, where not all of them are`);
  const cache = cacheFolder(env);
  const folder = join(cache, `seal-${sourceHash()}`);
  const present = presentIn(folder);
  if (present !== undefined) return present;
  if (!build) return unavailable('it has not been built on this machine: npx node infra/seal/src/cli.ts ensure');
  const failure = await buildSeal({ folder, tools: join(cache, 'tools'), env, onProgress, signal });
  return failure === undefined ? found(folder) : unavailable(failure);
}

function presentIn(folder: string): FoundSeal | undefined {
  const seal = found(folder);
  return Object.values(seal.paths).every((path) => existsSync(path)) ? seal : undefined;
}

const found = (folder: string): FoundSeal => ({
  kind: 'found',
  paths: { amd64: join(folder, programOf('amd64')), arm64: join(folder, programOf('arm64')) },
});

function unavailable(why: string): UnavailableSeal {
  const programs = (Object.keys(ARCHITECTURES) as Architecture[]).map(programOf).join(' and ');
  const message = `the helper that seals logs can't be had: ${why}
Any of these helps:
  - install Python 3 with pip, from which its compiler comes, and build it once
  - put ${programs} into a folder and its path into LACUNA_SEAL_DIR
  - go without (LACUNA_SEAL=none): then no log on Kubernetes can be proven complete, and nothing there is passed`;
  return { kind: 'unavailable', message };
}
