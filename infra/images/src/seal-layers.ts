import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveSeal } from '@lacuna/seal';
import type { LayerFolder } from './layer.ts';

/** One static program in the root, and nothing else. */
export async function sealLayers(scratch: string): Promise<LayerFolder[]> {
  const seal = await resolveSeal();
  if (seal.kind === 'unavailable') throw new Error(seal.message);
  const folder = join(scratch, 'seal');
  await mkdir(folder);
  await copyFile(seal.paths[process.arch === 'arm64' ? 'arm64' : 'amd64'], join(folder, 'seal'));
  return [{ folder, holds: 'seal' }];
}
