import { appendFile } from 'node:fs/promises';
import { requestApi } from '@lacuna/servers';
import { expect, test } from 'vitest';
import { applyManifest, eventually, getJson, getText, startTestControlPlane, startTestKwok } from '../src/index.ts';
import type { ControlPlane, Manifest } from '../src/index.ts';
import { jobPath, podOfEndedJob, shellJob } from './support/job.ts';
import type { Job } from './support/job.ts';

const note = (name: string): Manifest => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data: { a: 'b' },
});

const configMap = (name: string): string => `/api/v1/namespaces/default/configmaps/${name}`;

async function statusOf(controlPlane: ControlPlane, user: string, path: string): Promise<number> {
  const { url, caFile } = controlPlane;
  return (await requestApi({ url, caFile, token: controlPlane.tokenOf(user) }, { path })).status;
}

test('the real controllers give a Job a pod, a fake node completes it, and its log is read through the API server', async () => {
  await using controlPlane = await startTestControlPlane();
  await using kwok = await startTestKwok(controlPlane, { nodes: 2, runMs: 100 });
  await appendFile(kwok.logFile, '2026-01-01T00:00:01Z stdout F a second line\n');
  await applyManifest(controlPlane, shellJob('one', 'true'));
  const pod = await podOfEndedJob(controlPlane, 'one', 'Complete');
  expect(kwok.nodes).toContain(pod.spec.nodeName);
  expect(pod.status).toMatchObject({
    phase: 'Succeeded',
    containerStatuses: [{ state: { terminated: { exitCode: 0 } } }],
  });
  const log = await getText(controlPlane, `/api/v1/namespaces/default/pods/${pod.metadata.name}/log`);
  expect(log).toBe('this container is fake\na second line\n');
});

test('an API server killed and started again on the same port knows every object', async () => {
  await using controlPlane = await startTestControlPlane();
  await applyManifest(controlPlane, shellJob('kept', 'true'));
  const before = await getJson<Job>(controlPlane, jobPath('kept'));
  await controlPlane.apiServer.kill();
  await expect(getJson(controlPlane, jobPath('kept'))).rejects.toThrow('ECONNREFUSED');
  await controlPlane.apiServer.restart();
  expect((await getJson<Job>(controlPlane, jobPath('kept'))).metadata.uid).toBe(before.metadata.uid);
});

test('while etcd is silent the API server is not ready and a write waits; it goes through when etcd answers again', async () => {
  await using controlPlane = await startTestControlPlane();
  controlPlane.etcd.pause();
  const write = applyManifest(controlPlane, note('late'));
  await eventually(
    'the API server is not ready',
    async () => (await statusOf(controlPlane, 'admin', '/readyz')) !== 200,
    { withinMs: 60_000 },
  );
  controlPlane.etcd.resume();
  await write;
  expect(await getJson(controlPlane, configMap('late'))).toMatchObject({ data: { a: 'b' } });
});

test('two clusters run side by side, each with its own objects; an ordinary user may do what RBAC allows and no more', async () => {
  const starting = [startTestControlPlane({ users: ['reader'] }), startTestControlPlane()] as const;
  await using one = await starting[0];
  await using other = await starting[1];
  await applyManifest(one, note('mine'));
  await expect(getJson(other, configMap('mine'))).rejects.toThrow('answered 404');

  expect(await statusOf(one, 'reader', configMap('mine'))).toBe(403);
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }];
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'read' } };
  await applyManifest(one, { ...rbac, kind: 'Role', rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'read' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'reader' }];
  await applyManifest(one, { ...rbac, kind: 'RoleBinding', roleRef, subjects });
  await eventually('the role counts', async () => (await statusOf(one, 'reader', configMap('mine'))) === 200);
  expect(await statusOf(one, 'reader', '/api/v1/namespaces/default/secrets')).toBe(403);
  expect(() => other.tokenOf('reader')).toThrow('no user reader');
});
