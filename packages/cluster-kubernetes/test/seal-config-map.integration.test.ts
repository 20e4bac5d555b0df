import { jobName } from '@lacuna/cluster';
import { eventually } from '@lacuna/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { sealConfigMap } from '../src/seal-config-map.ts';
import { EVALUATION, JOB, meta, REQUEST } from './objects.ts';
import { json, ScriptedApi } from './scripted-api.ts';

const PROGRAM = Buffer.from('\x7fELF, for a test');
const MANIFEST = sealConfigMap(PROGRAM);
const OTHER = { metadata: MANIFEST.metadata, binaryData: { seal: 'b3RoZXI=' } };
const { signal } = new AbortController();

afterEach(() => void vi.useRealTimers());

async function start(program = (): Promise<Uint8Array> => Promise.resolve(PROGRAM)) {
  const api = await ScriptedApi.start();
  const cluster = await api.open({ seal: { from: 'configmap', architecture: 'amd64', program } });
  api.on('create jobs', ...Array.from({ length: 3 }, () => json(201, { metadata: meta(JOB, '5') })));
  return {
    api,
    ensure: (attempt = 1) => cluster.ensure({ ...REQUEST, attempt, name: jobName(EVALUATION, attempt) }, signal),
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

test('the helper is put into the namespace once, immutable and whole, before the first Job', async () => {
  await using given = await start();
  given.api.on('create configmaps', json(201, MANIFEST));
  for (const attempt of [1, 2, 3]) expect(await given.ensure(attempt)).toMatchObject({ kind: 'created' });
  const [created, ...more] = given.api.calls('create configmaps');
  expect(more).toEqual([]);
  expect(JSON.parse(created?.body ?? '')).toMatchObject({
    immutable: true,
    metadata: { name: expect.stringMatching(/^lacuna-seal-[0-9a-f]{12}$/) as string },
    binaryData: { seal: PROGRAM.toString('base64') },
  });
  const [job] = given.api.calls('create jobs');
  expect(job?.body).toContain(MANIFEST.metadata.name);
});

test('one that somebody deletes is made again, without another Job, while pods may wait for it', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  await using given = await start();
  given.api.on('get configmaps', json(404, {}), json(200, MANIFEST), json(404, {}));
  given.api.on('create configmaps', json(201, MANIFEST), json(201, MANIFEST));
  expect(await given.ensure()).toMatchObject({ kind: 'created' });
  for (const looks of [2, 3]) {
    vi.advanceTimersByTime(60_000);
    await eventually('it is looked for', () => given.api.calls('get configmaps').length === looks);
  }
  await eventually('it is made again', () => given.api.calls('create configmaps').length === 2);
});

test.each([
  ['is there already', [json(200, MANIFEST)], []],
  ['is made by another in the same moment', [json(404, {}), json(200, MANIFEST)], [json(409, {})]],
] as const)('one that %s is taken', async (_, looks, creates) => {
  await using given = await start();
  given.api.on('get configmaps', ...looks).on('create configmaps', ...creates);
  expect(await given.ensure()).toMatchObject({ kind: 'created' });
});

test.each([
  ['holds something else', [json(200, OTHER)], /holds another program/],
  ['is kept from us', [json(403, { message: 'configmaps is forbidden' })], /lacuna-seal-.*forbidden/],
] as const)('when it %s there is no Job, and the reason is told', async (_, looks, why) => {
  await using given = await start();
  given.api.on('get configmaps', ...looks);
  const message = expect.stringMatching(why) as string;
  expect(await given.ensure()).toMatchObject({ kind: 'unavailable', message });
  expect(given.api.calls('create jobs')).toEqual([]);
});

test('a helper that can not be had holds Jobs back, and is asked for again', async () => {
  const tries = [() => Promise.reject(new Error('python3 is not installed')), () => Promise.resolve(PROGRAM)];
  await using given = await start(() => tries.shift()?.() ?? Promise.reject(new Error('asked too often')));
  given.api.on('get configmaps', json(200, MANIFEST));
  expect(await given.ensure()).toMatchObject({ kind: 'unavailable', message: 'python3 is not installed' });
  expect(await given.ensure()).toMatchObject({ kind: 'created' });
});
