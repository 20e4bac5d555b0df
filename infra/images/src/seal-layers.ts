import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveSeal, type Architecture } from '@lacuna/seal';
import type { LayerFolder } from './layer.ts';

/** One static program in the root, and nothing else. */
export async function sealLayers(scratch: string, architecture: Architecture): Promise<LayerFolder[]> {
  const seal = await resolveSeal();
  if (seal.kind === 'unavailable') throw new Error(seal.message);
  const folder = join(scratch, 'seal');
  await mkdir(folder);
  await copyFile(seal.paths[architecture], join(folder, 'seal'));
  return [{ folder, holds: 'seal' }];
}
