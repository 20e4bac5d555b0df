import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { output } from './command.ts';
import { IMAGES, type ImageName, type ImageRecipe } from './images.ts';
import { packLayer, type Blob, type LayerFolder } from './layer.ts';

export interface BuiltImage {
  readonly name: string;
  /** `sha256:…` of its configuration, which is what engines call the id of an image. */
  readonly digest: string;
}

/** Builds an image into an archive. Throws what the program says that failed. */
export async function buildImage(
  which: ImageName,
  options: { readonly output: string; readonly name?: string },
): Promise<BuiltImage> {
  const recipe: ImageRecipe = IMAGES[which];
  const name = options.name ?? recipe.name;
  const scratch = await mkdtemp(join(tmpdir(), 'lacuna-image-'));
  try {
    const archive = join(scratch, 'archive');
    const blobs = join(archive, 'blobs/sha256');
    await mkdir(blobs, { recursive: true });
    const folders = await recipe.layers(scratch);
    const layers: Blob[] = [];
    for (const folder of folders) layers.push(await packLayer(folder, blobs));
    const config = await writeBlob(configOf(recipe, folders, layers), blobs);
    await describe(archive, { name, config, layers });
    await output('tar', ['-C', archive, '--sort=name', '--mtime=@0', '-cf', resolve(options.output), '.']);
    return { name, digest: `sha256:${config.digest}` };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Neither root nor any user of a usual image. Source: distroless' `nonroot`. */
const USER = '65532:65532';
const EPOCH = '1970-01-01T00:00:00Z';

function configOf(
  { command, workdir, env }: ImageRecipe,
  folders: readonly LayerFolder[],
  layers: readonly Blob[],
): object {
  const variables = Object.entries({ PATH: '/usr/local/bin', ...env }).map(([name, value]) => `${name}=${value}`);
  return {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: EPOCH,
    config: { User: USER, WorkingDir: workdir, Cmd: command, Env: variables },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    history: folders.map(({ holds }) => ({ created: EPOCH, created_by: holds })),
  };
}

/** Both descriptions: that of the OCI image layout, and that of `docker save`, on the same blobs. */
async function describe(
  archive: string,
  { name, config, layers }: { readonly name: string; readonly config: Blob; readonly layers: readonly Blob[] },
): Promise<void> {
  const blobs = join(archive, 'blobs/sha256');
  const descriptor = (mediaType: string, { digest, size }: Blob): object => ({
    mediaType,
    digest: `sha256:${digest}`,
    size,
  });
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor('application/vnd.oci.image.config.v1+json', config),
    layers: layers.map((layer) => descriptor('application/vnd.oci.image.layer.v1.tar', layer)),
  };
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name.split(':').at(-1) };
  const indexed = { ...descriptor(manifest.mediaType, await writeBlob(manifest, blobs)), annotations };
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [indexed] };
  const path = ({ digest }: Blob): string => `blobs/sha256/${digest}`;
  const saved = [{ Config: path(config), RepoTags: [name], Layers: layers.map(path) }];
  await writeFile(join(archive, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  await writeFile(join(archive, 'index.json'), JSON.stringify(index));
  await writeFile(join(archive, 'manifest.json'), JSON.stringify(saved));
}

async function writeBlob(content: object, blobs: string): Promise<Blob> {
  const text = JSON.stringify(content);
  const digest = createHash('sha256').update(text).digest('hex');
  await writeFile(join(blobs, digest), text);
  return { digest, size: Buffer.byteLength(text) };
}
