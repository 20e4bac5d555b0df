import { expect, test } from 'vitest';
import { JOB, meta } from './objects.ts';
import { json, listing, ScriptedApi } from './scripted-api.ts';

const { signal } = new AbortController();

test('a pod that somebody else changes in the same moment is not taken for stopped', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  const job = { metadata: meta(JOB, '5') };
  const pod = { metadata: meta(`${JOB}-x`, '6'), spec: { nodeName: 'n' } };
  const ref = { name: JOB, uid: job.metadata.uid ?? '' };
  for (let i = 0; i < 2; i++) api.on('get jobs', json(200, job)).on('list pods', listing('7', pod));
  api.on('patch pods', json(409, { message: 'the object has been modified' }), json(200, pod));
  expect(await cluster.stop(ref, signal)).toMatchObject({ kind: 'unavailable' });
  expect(await cluster.stop(ref, signal)).toEqual({ kind: 'done' });
});

test('a Job of another uid is not stopped', async () => {
  await using api = await ScriptedApi.start();
  await using cluster = await api.open();
  api.on('get jobs', json(200, { metadata: meta(JOB, '5') }));
  expect(await cluster.stop({ name: JOB, uid: 'another' }, signal)).toEqual({ kind: 'absent' });
  expect(api.calls('patch pods')).toEqual([]);
});
