import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { outputOf } from './output-of.ts';

/** A folder whose content becomes a layer. */
export interface LayerFolder {
  readonly folder: string;
  /** What is in it, for the image's history. */
  readonly holds: string;
}

/** A blob of an image, in a file named after its digest. */
export interface Blob {
  /** sha256 in hex. */
  readonly digest: string;
  readonly size: number;
}

/** Nothing of the machine or the moment gets into a layer: names in order, no times, root as the owner. */
const REPRODUCIBLE = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];

/** Packs a folder into `blobs`. */
export async function packLayer({ folder }: LayerFolder, blobs: string): Promise<Blob> {
  const draft = join(blobs, 'draft');
  await outputOf('tar', [...REPRODUCIBLE, '-C', folder, '-cf', draft, '.']);
  const hash = createHash('sha256');
  await pipeline(createReadStream(draft), hash);
  const digest = hash.digest('hex');
  const { size } = await stat(draft);
  await rename(draft, join(blobs, digest));
  return { digest, size };
}
