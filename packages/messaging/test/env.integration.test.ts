import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startBus } from './bus-fixture.ts';
import { idOf } from './pod-facts.ts';

const placeOf = (n: number, ref = 'a1') => ({ evaluation: idOf(n), ref });

it('keeps the values of a submission, and those of another one under the same id apart from them', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  const values = { TOKEN: 'größe=1\n2', EMPTY: '' };
  await bus.putEnv(placeOf(1), values);
  expect(await bus.readEnv(placeOf(1))).toEqual(values);
  await bus.putEnv(placeOf(1, 'b2'), { TOKEN: 'other' });
  expect(await bus.readEnv(placeOf(1))).toEqual(values);
  expect(await bus.readEnv(placeOf(2))).toBeUndefined();
});

it('deletes the values of one submission, or of all that were sent under an id', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  for (const place of [placeOf(1), placeOf(1, 'b2'), placeOf(1, 'c3'), placeOf(2)]) await bus.putEnv(place, { A: '1' });
  await bus.deleteEnv(placeOf(1, 'b2'));
  expect(await bus.readEnv(placeOf(1, 'b2'))).toBeUndefined();
  expect(await bus.readEnv(placeOf(1))).toEqual({ A: '1' });
  await bus.deleteEnv(idOf(1));
  expect(await bus.readEnv(placeOf(1))).toBeUndefined();
  expect(await bus.readEnv(placeOf(1, 'c3'))).toBeUndefined();
  expect(await bus.readEnv(placeOf(2))).toEqual({ A: '1' });
});

it('deletes values so that they are on disk no more, and deleting twice is fine', async () => {
  await using fixture = await startBus();
  const canary = 'canary-1f2e3d4c5b6a';
  await fixture.bus.putEnv(placeOf(2), { SECRET: 'before' });
  await fixture.bus.putEnv(placeOf(1), { SECRET: canary });
  await fixture.bus.putEnv(placeOf(3), { SECRET: 'after' });
  expect(await filesWith(fixture.nats.dataDir, canary)).not.toEqual([]);
  await fixture.bus.deleteEnv(idOf(1));
  await fixture.bus.deleteEnv(idOf(1));
  expect(await fixture.bus.readEnv(placeOf(1))).toBeUndefined();
  expect(await filesWith(fixture.nats.dataDir, canary)).toEqual([]);
  expect(await fixture.bus.readEnv(placeOf(3))).toEqual({ SECRET: 'after' });
});

async function filesWith(folder: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(path)).includes(text)) found.push(path);
  }
  return found;
}
