import type { Cluster, JobRequest } from '@lacuna/cluster';
import { describe, expect, test } from 'vitest';
import { requestAnnotation } from '../src/identity.ts';
import { JOB, meta, REQUEST } from './objects.ts';
import { json, plain, ScriptedApi } from './scripted-api.ts';

const OURS = { metadata: meta(JOB, '5', { annotations: { 'lacuna.dev/request': requestAnnotation(REQUEST) } }) };
const { signal } = new AbortController();
const ensure = (cluster: Cluster, change: Partial<JobRequest> = {}) =>
  cluster.ensure({ ...REQUEST, ...change }, signal);

describe('J25: when it is not known whether the Job was created, its name is read back', () => {
  test.each([
    ['the connection broke', (response: { destroy: () => unknown }) => response.destroy()],
    ['the server never answered', () => undefined],
    ['the server failed', plain(500, 'etcdserver: request timed out')],
    ['a proxy answered', plain(201, '<html>')],
    ['the name is taken', json(409, { message: 'already exists' })],
  ] as const)('after %s, a Job of ours is adopted', async (_, answer) => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open({ timings: { requestMs: 4_000 } });
    api.on('create jobs', answer).on('get jobs', json(200, OURS));
    expect(await ensure(cluster)).toMatchObject({ kind: 'adopted', uid: OURS.metadata.uid });
  });

  test('and no Job there means: ask again, with the same name', async () => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open();
    api.on('create jobs', plain(504, 'Timeout'), json(201, OURS));
    expect((await ensure(cluster)).kind).toBe('unavailable');
    expect(await ensure(cluster)).toMatchObject({ kind: 'created' });
    const names = api.calls('create jobs').map(({ body }) => (JSON.parse(body) as typeof OURS).metadata.name);
    expect(names).toEqual([JOB, JOB]);
  });

  test('and a server that is away altogether is unavailable', async () => {
    const api = await ScriptedApi.start();
    await using cluster = await api.open();
    await api[Symbol.asyncDispose]();
    expect((await ensure(cluster)).kind).toBe('unavailable');
  });
});

test('J23: a 429 is told with the time after which to ask again, be it in seconds or a date', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  const past = new Date(Date.now() - 1_000).toUTCString();
  api.on(
    'create jobs',
    plain(429, 'Too many requests', { 'retry-after': '30' }),
    plain(429, '', { 'retry-after': past }),
    plain(429, '', { 'retry-after': '3600' }),
    plain(429, '', { 'retry-after': '9'.repeat(400) }),
    json(201, OURS),
  );
  expect(await ensure(cluster)).toEqual({
    kind: 'throttled',
    message: '429: Too many requests',
    retryAfterMs: 30_000,
  });
  expect(await ensure(cluster)).toMatchObject({ kind: 'throttled', retryAfterMs: 0 });
  // A minute at most: one request a minute hurts nobody, and an hour without any would be taken for a failure.
  expect(await ensure(cluster)).toMatchObject({ kind: 'throttled', retryAfterMs: 60_000 });
  expect(await ensure(cluster)).toMatchObject({ kind: 'throttled', retryAfterMs: 60_000 });
  expect((await ensure(cluster)).kind).toBe('created');
});

test('100 Jobs at once are created over 32 connections at most', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  const ports = new Set<number | undefined>();
  const answers = Array.from({ length: 100 }, () => (...[response, seen]: Parameters<ReturnType<typeof json>>) => {
    ports.add(response.req.socket.remotePort);
    setImmediate(() => json(201, OURS)(response, seen));
  });
  api.on('create jobs', ...answers);
  const outcomes = await Promise.all(answers.map((_, index) => ensure(cluster, { name: `${JOB}${index}` })));
  expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(100);
  expect(ports.size).toBeLessThanOrEqual(32);
});

test('Jobs are removed over kept connections: a new one for each would cost more than the removal', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  const ports = new Set<number | undefined>();
  const answers = Array.from({ length: 20 }, () => (...[response, seen]: Parameters<ReturnType<typeof json>>) => {
    ports.add(response.req.socket.remotePort);
    json(200, {})(response, seen);
  });
  api.on('delete jobs', ...answers);
  for (const index of answers.keys()) await cluster.remove({ name: JOB, uid: `uid-${index}` }, signal);
  expect(ports.size).toBeLessThanOrEqual(2);
});

describe('who we are', () => {
  test('a token is sent as a bearer token', async () => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open({}, { token: 'from-kubeconfig' });
    api.on('create jobs', json(201, OURS));
    await ensure(cluster);
    expect(api.calls('create jobs')[0]?.headers.authorization).toBe('Bearer from-kubeconfig');
  });

  test('an exec plugin is asked once for many requests', async () => {
    await using api = await ScriptedApi.start();
    const script = `echo '{"status":{"token":"t-'$$'"}}'`;
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: ['-c', script] };
    await using cluster = await api.open({}, { exec });
    api.on('create jobs', ...Array.from({ length: 5 }, () => json(201, OURS)));
    await Promise.all(Array.from({ length: 5 }, () => ensure(cluster)));
    const tokens = new Set(api.calls('create jobs').map(({ headers }) => headers.authorization));
    expect([...tokens]).toEqual([expect.stringMatching(/^Bearer t-[0-9]+$/)]);
  });

  test('an exec plugin that fails makes the cluster unavailable, with what it said', async () => {
    await using api = await ScriptedApi.start();
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'sh',
      args: ['-c', 'echo no login >&2; exit 1'],
    };
    await using cluster = await api.open({}, { exec });
    expect(await ensure(cluster)).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('no login') as string,
    });
  });
});
