import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '@lacuna/seal';
import type { Blob } from './layer.ts';
import { writeBlob } from './write-blob.ts';

/** An image for one kind of processor, whose blobs are in the archive. */
export interface PlatformImage {
  readonly architecture: Architecture;
  readonly config: Blob;
  readonly layers: readonly Blob[];
}

const OCI = 'application/vnd.oci.image';

/**
 * Both descriptions on the same blobs: that of the OCI image layout, where one name stands for all platforms by an index of its own; and that of
 * `docker save`, which knows one platform an image.
 */
export async function describeArchive(
  archive: string,
  name: string,
  { all, own }: { readonly all: readonly PlatformImage[]; readonly own: PlatformImage },
): Promise<void> {
  const blobs = join(archive, 'blobs/sha256');
  const manifests: object[] = [];
  for (const image of all) manifests.push(await manifestOf(image, blobs));
  const index = indexOf(manifests);
  const [only] = manifests;
  const named = manifests.length === 1 ? only : descriptor(index.mediaType, await writeBlob(index, blobs));
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name.split(':').at(-1) };
  const path = ({ digest }: Blob): string => `blobs/sha256/${digest}`;
  const saved = [{ Config: path(own.config), RepoTags: [name], Layers: own.layers.map(path) }];
  await writeFile(join(archive, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(join(archive, 'index.json'), JSON.stringify(indexOf([{ ...named, annotations }])));
  await writeFile(join(archive, 'manifest.json'), JSON.stringify(saved));
}

async function manifestOf({ architecture, config, layers }: PlatformImage, blobs: string): Promise<object> {
  const manifest = {
    schemaVersion: 2,
    mediaType: `${OCI}.manifest.v1+json`,
    config: descriptor(`${OCI}.config.v1+json`, config),
    layers: layers.map((layer) => descriptor(`${OCI}.layer.v1.tar`, layer)),
  };
  const platform = { architecture, os: 'linux' };
  return { ...descriptor(manifest.mediaType, await writeBlob(manifest, blobs)), platform };
}

interface Index {
  readonly schemaVersion: 2;
  readonly mediaType: string;
  readonly manifests: readonly object[];
}

function indexOf(manifests: readonly object[]): Index {
  return { schemaVersion: 2, mediaType: `${OCI}.index.v1+json`, manifests };
}

function descriptor(mediaType: string, { digest, size }: Blob): object {
  return { mediaType, digest: `sha256:${digest}`, size };
}
