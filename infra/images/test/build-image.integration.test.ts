import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { OWN_ARCHITECTURE } from '@lacuna/seal';
import { tempDir } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { buildImage } from '../src/index.ts';

test('the same input gives the same bytes, described for all engines, with a user who is not root', async () => {
  await using dir = await tempDir();
  const [one, two] = [join(dir.path, 'one.tar'), join(dir.path, 'two.tar')];
  const built = await buildImage('nats', { output: one, name: 'localhost/try:1' });
  expect(await buildImage('nats', { output: two, name: 'localhost/try:1' })).toEqual(built);
  expect(Buffer.compare(await readFile(one), await readFile(two))).toBe(0);

  await promisify(execFile)('tar', ['-C', dir.path, '-xf', one]);
  const read = async <T>(path: string): Promise<T> => JSON.parse(await readFile(join(dir.path, path), 'utf8')) as T;
  const [saved] = await read<{ Config: string; RepoTags: string[]; Layers: string[] }[]>('manifest.json');
  expect(saved?.RepoTags).toEqual(['localhost/try:1']);
  expect(built.digest).toBe(saved?.Config.replace('blobs/sha256/', 'sha256:'));
  const { manifests } = await read<{ manifests: { digest: string }[] }>('index.json');
  const manifest = await read<{ layers: { digest: string }[] }>(
    `blobs/sha256/${manifests[0]?.digest.replace('sha256:', '')}`,
  );
  expect(manifest.layers.map(({ digest }) => digest.replace('sha256:', 'blobs/sha256/'))).toEqual(saved?.Layers);
  expect(await read(saved?.Config ?? '')).toMatchObject({ config: { User: '65532:65532', Cmd: ['nats-server'] } });
});

test('the image of the helper has it for every processor that nodes have, by one name', async () => {
  await using dir = await tempDir();
  const archive = join(dir.path, 'seal.tar');
  const { name, digest } = await buildImage('seal', { output: archive });
  const execute = promisify(execFile);
  await execute('tar', ['-C', dir.path, '-xf', archive]);
  const text = (path: string): Promise<string> => readFile(join(dir.path, path), 'utf8');
  const blob = async <T>(id: string): Promise<T> => JSON.parse(await text(`blobs/sha256/${id.slice(7)}`)) as T;
  type Index = { manifests: { digest: string; platform: object; annotations: Record<string, string> }[] };
  const { manifests } = JSON.parse(await text('index.json')) as Index;
  expect(manifests.map(({ annotations }) => annotations['io.containerd.image.name'])).toEqual([name]);
  const machines: Record<string, number> = {};
  const ids: string[] = [];
  for (const { digest: id, platform } of (await blob<Index>(manifests[0]!.digest)).manifests) {
    type Manifest = { config: { digest: string }; layers: { digest: string }[] };
    const { config, layers } = await blob<Manifest>(id);
    const { architecture, os, rootfs } = await blob<{ architecture: string; os: string; rootfs: object }>(
      config.digest,
    );
    expect({ architecture, os }).toEqual(platform);
    expect(rootfs).toEqual({ type: 'layers', diff_ids: layers.map((layer) => layer.digest) });
    await execute('tar', ['-C', dir.path, '-xf', join(dir.path, 'blobs/sha256', layers[0]!.digest.slice(7)), './seal']);
    // Where an ELF file names its machine.
    machines[architecture] = (await readFile(join(dir.path, 'seal'))).readUInt16LE(18);
    ids.push(config.digest);
  }
  expect(machines).toEqual({ amd64: 62, arm64: 183 });
  const [saved] = JSON.parse(await text('manifest.json')) as { Config: string }[];
  expect(`sha256:${saved?.Config.split('/').at(-1)}`).toBe(digest);
  expect(ids[OWN_ARCHITECTURE === 'arm64' ? 1 : 0]).toBe(digest);
});
