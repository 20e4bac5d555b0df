import { copyFile, cp, mkdir, readFile, realpath, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveSeal } from '@lacuna/seal';
import { baseLayer } from './base-layer.ts';
import { outputOf } from './output-of.ts';
import type { LayerFolder } from './layer.ts';

/** Where the image has the helper; `LACUNA_SEAL_DIR` says so. */
export const SEAL_DIR = '/usr/local/lib/lacuna';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What runs, of all that is in the repository. */
const SOURCE = /^(packages\/(?!testing\/)[^/]+|services\/[^/]+|infra\/(servers|seal))\/(src|bin|public)\//;

/** From what changes least to what changes most: a new version of ours sends its source and nothing else. */
export async function lacunaLayers(scratch: string): Promise<LayerFolder[]> {
  return [
    await baseLayer(scratch),
    await nodeLayer(scratch),
    await sealLayer(scratch),
    await dependenciesLayer(scratch),
    await sourceLayer(scratch),
  ];
}

/**
 * The pinned Node, which the npm package `node` brings, and the shared libraries that it is linked with: glibc and libstdc++ of this
 * machine, which is Debian where the image is built for others.
 */
async function nodeLayer(scratch: string): Promise<LayerFolder> {
  const folder = join(scratch, 'node');
  const home = dirname(createRequire(import.meta.url).resolve('node/package.json'));
  const binary = join(home, 'bin/node');
  await mkdir(join(folder, 'usr/local/bin'), { recursive: true });
  await copyFile(binary, join(folder, 'usr/local/bin/node'));
  for (const path of await sharedLibraries(binary)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await copyFile(await realpath(path), join(folder, path));
  }
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  return { folder, holds: `node ${version} and the libraries that it is linked with` };
}

async function sharedLibraries(binary: string): Promise<string[]> {
  const listed = await outputOf('ldd', [binary]);
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path);
}

/** The helper that runs in the pods of evaluations, for every processor that nodes have. */
async function sealLayer(scratch: string): Promise<LayerFolder> {
  const seal = await resolveSeal();
  if (seal.kind === 'unavailable') throw new Error(seal.message);
  const folder = join(scratch, 'seal');
  await mkdir(join(folder, SEAL_DIR), { recursive: true });
  for (const path of Object.values(seal.paths)) await copyFile(path, join(folder, SEAL_DIR, basename(path)));
  return { folder, holds: 'seal' };
}

/** `node_modules` as the lockfile says, without what only development needs, and without running anybody's install script. */
async function dependenciesLayer(scratch: string): Promise<LayerFolder> {
  const folder = join(scratch, 'dependencies');
  const app = join(folder, 'app');
  await copyTracked((path) => path === 'package-lock.json' || path.endsWith('package.json'), app);
  await outputOf('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], app);
  await rm(join(app, 'node_modules/.package-lock.json'));
  await rm(join(app, 'test'), { recursive: true });
  return { folder, holds: 'npm ci --omit=dev --ignore-scripts' };
}

async function sourceLayer(scratch: string): Promise<LayerFolder> {
  const folder = join(scratch, 'source');
  await copyTracked((path) => SOURCE.test(path), join(folder, 'app'));
  return { folder, holds: 'the source' };
}

async function copyTracked(wanted: (path: string) => boolean, to: string): Promise<void> {
  const tracked = (await outputOf('git', ['ls-files', '-z'], ROOT)).split('\0');
  for (const path of tracked.filter((one) => one !== '' && wanted(one))) await cp(join(ROOT, path), join(to, path));
}
