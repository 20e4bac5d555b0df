import { readdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { objectStoreSuite } from '../conformance/object-store-suite.ts';
import { DirectoryStore } from '../src/index.ts';

objectStoreSuite(async () => {
  const dir = await tempDir();
  const root = join(dir.path, 'archive');
  const aside = join(dir.path, 'aside');
  return {
    store: new DirectoryStore(root),
    // A file where the folder was: nothing can be read or made below it, by root either.
    async breakDown() {
      await rename(root, aside);
      await writeFile(root, '');
    },
    async mend() {
      await rename(root, join(dir.path, 'gone'));
      await rename(aside, root);
    },
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
});

test('what a killed writer left behind is removed when it is old, and not before', async () => {
  await using dir = await tempDir();
  const store = new DirectoryStore(dir.path);
  const put = (name: string): Promise<void> => store.put(name, (async function* () {})(), AbortSignal.timeout(5_000));
  await put('day/a');
  const unfinished = join(dir.path, '.unfinished');
  for (const name of ['old', 'new']) await writeFile(join(unfinished, name), 'half');
  await utimes(join(unfinished, 'old'), new Date(0), new Date(0));
  await put('day/b');
  expect(await readdir(unfinished)).toEqual(['new']);
});
