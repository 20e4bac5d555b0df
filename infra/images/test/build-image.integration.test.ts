import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
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
