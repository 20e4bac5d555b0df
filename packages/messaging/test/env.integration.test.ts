import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startBus } from './bus-fixture.ts';
import { idOf } from './pod-facts.ts';

it('keeps the values of an evaluation, knows them again and refuses others', async () => {
  await using fixture = await startBus();
  const values = { TOKEN: 'größe=1\n2', EMPTY: '' };
  expect(await fixture.bus.putEnv(idOf(1), values)).toEqual({ kind: 'stored' });
  expect(await fixture.bus.readEnv(idOf(1))).toEqual(values);
  expect(await fixture.bus.putEnv(idOf(1), { EMPTY: '', TOKEN: 'größe=1\n2' })).toEqual({ kind: 'known' });
  expect(await fixture.bus.putEnv(idOf(1), { TOKEN: 'other' })).toEqual({ kind: 'conflict' });
  expect(await fixture.bus.readEnv(idOf(1))).toEqual(values);
  expect(await fixture.bus.readEnv(idOf(2))).toBeUndefined();
});

it('deletes values so that they are on disk no more, and deleting twice is fine', async () => {
  await using fixture = await startBus();
  const canary = 'canary-1f2e3d4c5b6a';
  await fixture.bus.putEnv(idOf(2), { SECRET: 'before' });
  await fixture.bus.putEnv(idOf(1), { SECRET: canary });
  await fixture.bus.putEnv(idOf(3), { SECRET: 'after' });
  expect(await filesWith(fixture.nats.dataDir, canary)).not.toEqual([]);
  await fixture.bus.deleteEnv(idOf(1));
  await fixture.bus.deleteEnv(idOf(1));
  expect(await fixture.bus.readEnv(idOf(1))).toBeUndefined();
  expect(await filesWith(fixture.nats.dataDir, canary)).toEqual([]);
  expect(await fixture.bus.readEnv(idOf(3))).toEqual({ SECRET: 'after' });
  expect(await fixture.bus.putEnv(idOf(1), { SECRET: 'again' })).toEqual({ kind: 'stored' });
});

async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}
