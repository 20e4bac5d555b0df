import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blob } from './layer.ts';

/** Stores an object as JSON in a file named after its digest. */
export async function writeBlob(content: object, blobs: string): Promise<Blob> {
  const text = JSON.stringify(content);
  const digest = createHash('sha256').update(text).digest('hex');
  await writeFile(join(blobs, digest), text);
  return { digest, size: Buffer.byteLength(text) };
}
