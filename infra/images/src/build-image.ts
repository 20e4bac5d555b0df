import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { OWN_ARCHITECTURE, type Architecture } from '@lacuna/seal';
import { outputOf } from './output-of.ts';
import { describeArchive, type PlatformImage } from './describe-archive.ts';
import { IMAGES, type ImageName, type ImageRecipe } from './images.ts';
import { packLayer, type Blob, type LayerFolder } from './layer.ts';
import { writeBlob } from './write-blob.ts';

interface BuiltImage {
  readonly name: string;
  /** `sha256:…` of its configuration for this machine, which is what engines call the id of an image. */
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
    const architectures = recipe.architectures ?? [OWN_ARCHITECTURE];
    const images: PlatformImage[] = [];
    for (const architecture of architectures)
      images.push(await platformImage(recipe, architecture, { scratch: join(scratch, architecture), blobs }));
    const own = images[Math.max(0, architectures.indexOf(OWN_ARCHITECTURE))] as PlatformImage;
    await describeArchive(archive, name, { all: images, own });
    await outputOf('tar', ['-C', archive, '--sort=name', '--mtime=@0', '-cf', resolve(options.output), '.']);
    return { name, digest: `sha256:${own.config.digest}` };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function platformImage(
  recipe: ImageRecipe,
  architecture: Architecture,
  { scratch, blobs }: { readonly scratch: string; readonly blobs: string },
): Promise<PlatformImage> {
  await mkdir(scratch);
  const folders = await recipe.layers(scratch, architecture);
  const layers: Blob[] = [];
  for (const folder of folders) layers.push(await packLayer(folder, blobs));
  const config = configOf(recipe, architecture, { folders, layers });
  return { architecture, config: await writeBlob(config, blobs), layers };
}

/** Neither root nor any user of a usual image. Source: distroless' `nonroot`. */
const USER = '65532:65532';
const EPOCH = '1970-01-01T00:00:00Z';

function configOf(
  { command, workdir, env }: ImageRecipe,
  architecture: Architecture,
  { folders, layers }: { readonly folders: readonly LayerFolder[]; readonly layers: readonly Blob[] },
): object {
  const variables = Object.entries({ PATH: '/usr/local/bin', ...env }).map(([name, value]) => `${name}=${value}`);
  return {
    architecture,
    os: 'linux',
    created: EPOCH,
    config: { User: USER, WorkingDir: workdir, Cmd: command, Env: variables },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    history: folders.map(({ holds }) => ({ created: EPOCH, created_by: holds })),
  };
}
