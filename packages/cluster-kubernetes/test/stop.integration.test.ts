import { describe, expect, test } from 'vitest';
import { JOB, meta } from './objects.ts';
import { json, listing, plain, ScriptedApi } from './scripted-api.ts';

const { signal } = new AbortController();

test('a pod that somebody else changes in the same moment is not taken for stopped', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  const job = { metadata: meta(JOB, '5') };
  const pod = { metadata: meta(`${JOB}-x`, '6'), spec: { nodeName: 'n' } };
  const ref = { name: JOB, uid: job.metadata.uid ?? '' };
  for (let i = 0; i < 2; i++) api.on('get jobs', json(200, job)).on('list pods', listing('7', pod));
  api.on('patch pods', json(409, { message: 'the object has been modified' }), json(200, pod));
  expect(await cluster.stop(ref, signal)).toEqual({
    kind: 'unavailable',
    message: '409: the object has been modified',
  });
  expect(await cluster.stop(ref, signal)).toEqual({ kind: 'done' });
});

test('a Job of another uid is not stopped', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  api.on('get jobs', json(200, { metadata: meta(JOB, '5') }));
  expect(await cluster.stop({ name: JOB, uid: 'another' }, signal)).toEqual({ kind: 'absent' });
  expect([...api.calls('patch jobs'), ...api.calls('patch pods')]).toEqual([]);
});

const JOB_OBJECT = { metadata: meta(JOB, '5') };
const REF = { name: JOB, uid: JOB_OBJECT.metadata.uid ?? '' };
const POD = { metadata: meta(`${JOB}-x`, '6'), spec: { nodeName: 'n' } };
const PENDING = { metadata: meta(`${JOB}-y`, '7') };

/** What a stop asked for, as bodies of its changes. */
const bodies = (api: ScriptedApi, call: Parameters<ScriptedApi['calls']>[0]): unknown[] =>
  api.calls(call).map(({ body }) => JSON.parse(body) as unknown);
const ENDED = { annotations: { 'lacuna.dev/stopped': expect.stringMatching(/^2/) as string } };

describe('a stop', () => {
  test('moves the deadline of each pod of this Job to now, by its uid, and keeps what is on a node', async () => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open();
    api.on('get jobs', json(200, JOB_OBJECT)).on('list pods', listing('7', PENDING, POD));
    api.on('patch pods', json(200, PENDING), json(200, POD)).on('delete pods', json(200, PENDING));
    expect(await cluster.stop(REF, signal)).toEqual({ kind: 'done' });
    const [listed] = api.calls('list pods');
    expect(listed?.url.searchParams.get('labelSelector')).toBe(`batch.kubernetes.io/controller-uid=${REF.uid}`);
    expect(bodies(api, 'patch pods')).toEqual(
      [PENDING, POD].map(({ metadata: { uid } }) => ({
        metadata: { uid, ...ENDED },
        spec: { activeDeadlineSeconds: 1 },
      })),
    );
    // Only the one that no kubelet has.
    expect(api.calls('delete pods').map(({ url }) => url.pathname.split('/').at(-1))).toEqual([PENDING.metadata.name]);
    expect(bodies(api, 'delete pods')).toMatchObject([{ preconditions: { uid: PENDING.metadata.uid } }]);
  });

  test('of a Job without a pod gives the Job itself a deadline', async () => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open();
    api.on('get jobs', json(200, JOB_OBJECT)).on('list pods', listing('7')).on('patch jobs', json(200, JOB_OBJECT));
    expect(await cluster.stop(REF, signal)).toEqual({ kind: 'done' });
    expect(bodies(api, 'patch jobs')).toEqual([
      { metadata: { uid: REF.uid, ...ENDED }, spec: { activeDeadlineSeconds: 1 } },
    ]);
  });

  test('of a Job that has ended changes nothing', async () => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open();
    const conditions = [{ type: 'Complete', status: 'True' }];
    api.on('get jobs', json(200, { ...JOB_OBJECT, status: { conditions } })).on('list pods', listing('7', POD));
    expect(await cluster.stop(REF, signal)).toEqual({ kind: 'done' });
    expect(api.calls('patch pods')).toEqual([]);
  });

  test.for<[string, (api: ScriptedApi) => unknown, object]>([
    ['the Job is gone', (api) => api.on('get jobs', json(404, { message: 'not found' })), { kind: 'absent' }],
    [
      'the server fails',
      (api) => api.on('get jobs', plain(503, 'away')),
      { kind: 'unavailable', message: '503: away' },
    ],
    [
      'the pods can not be listed',
      (api) => api.on('get jobs', json(200, JOB_OBJECT)).on('list pods', plain(503, 'away')),
      { kind: 'unavailable', message: '503: away' },
    ],
    [
      'a pod can not be changed',
      (api) =>
        api
          .on('get jobs', json(200, JOB_OBJECT))
          .on('list pods', listing('7', POD))
          .on('patch pods', plain(500, 'no leader')),
      { kind: 'unavailable', message: '500: no leader' },
    ],
    [
      'a pod can not be deleted',
      (api) =>
        api
          .on('get jobs', json(200, JOB_OBJECT))
          .on('list pods', listing('7', PENDING))
          .on('patch pods', json(200, PENDING))
          .on('delete pods', plain(500, 'no leader')),
      { kind: 'unavailable', message: '500: no leader' },
    ],
    [
      'a pod is gone by then',
      (api) =>
        api
          .on('get jobs', json(200, JOB_OBJECT))
          .on('list pods', listing('7', POD))
          .on('patch pods', json(404, { message: 'not found' })),
      { kind: 'done' },
    ],
    [
      'the connection breaks',
      (api) => api.on('get jobs', (response) => response.destroy()),
      { kind: 'unavailable', message: expect.stringMatching(/./) as string },
    ],
  ])('when %s tells that', async ([, prepare, outcome]) => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open();
    prepare(api);
    expect(await cluster.stop(REF, signal)).toEqual(outcome);
  });
});

describe('a removal', () => {
  test('is of this uid and no other, and leaves the pod to the garbage collector', async () => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open();
    api.on('delete jobs', json(200, {}));
    expect(await cluster.remove(REF, signal)).toEqual({ kind: 'done' });
    expect(api.calls('delete jobs')[0]?.url.pathname).toBe(`/apis/batch/v1/namespaces/evals/jobs/${JOB}`);
    expect(bodies(api, 'delete jobs')).toEqual([
      { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', preconditions: { uid: REF.uid } },
    ]);
  });

  test.for<[number, object]>([
    [202, { kind: 'done' }],
    [404, { kind: 'absent' }],
    [409, { kind: 'absent' }],
    [300, { kind: 'unavailable', message: '300: said' }],
    [403, { kind: 'unavailable', message: '403: said' }],
    [429, { kind: 'unavailable', message: '429: said' }],
    [500, { kind: 'unavailable', message: '500: said' }],
  ])('that is answered with %i', async ([code, outcome]) => {
    await using api = await ScriptedApi.start();
    await using cluster = await api.open();
    api.on('delete jobs', json(code, { message: 'said' }));
    expect(await cluster.remove(REF, signal)).toEqual(outcome);
  });
});
