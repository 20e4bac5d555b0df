import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { requestApi, type ControlPlane, type RealNode } from '@lacuna/servers';
import { expect, test } from 'vitest';
import { applyManifest, eventually, getJson, getText, startTestControlPlane, startTestNode } from '../src/index.ts';
import { podOfEndedJob, shellJob } from './support/job.ts';

test("a kubelet gives the files of its pods' logs, whole and in parts, to who may read the logs of nodes and to nobody else", async () => {
  await using controlPlane = await startTestControlPlane({ users: ['reader', 'stranger'] });
  await using node = await startTestNode(controlPlane);
  await allowNodeLogs(controlPlane, 'reader');
  await applyManifest(controlPlane, shellJob('counts', 'seq 1 1000'));
  const pod = await podOfEndedJob(controlPlane, 'counts', 'Complete');
  const { status } = await getJson<{ status: { addresses: object[] } }>(controlPlane, `/api/v1/nodes/${node.name}`);
  const address = new URL(node.kubelet.url).hostname;
  expect(status.addresses).toEqual(['InternalIP', 'Hostname'].map((type) => ({ type, address })));
  const { path, bytes } = await logFile(controlPlane, node, pod.metadata.name);
  const kubelet = { url: node.kubelet.url, caFile: controlPlane.caFile };
  const as = (user: string) => ({ ...kubelet, token: controlPlane.tokenOf(user) });
  const log = () => getText(controlPlane, `/api/v1/namespaces/default/pods/${pod.metadata.name}/log?tailLines=2`);

  expect(await requestApi(as('reader'), { path })).toEqual({ status: 200, text: bytes });
  const part = { status: 206, text: bytes.slice(10_000, 10_100) };
  expect(await requestApi(as('reader'), { path, range: 'bytes=10000-10099' })).toEqual(part);
  expect(await requestApi(as('stranger'), { path })).toMatchObject({ status: 403 });
  expect(await requestApi(kubelet, { path })).toMatchObject({ status: 401 });
  expect(await log()).toBe('999\n1000\n');

  await node.kubelet.restart();
  expect(await requestApi(as('reader'), { path })).toEqual({ status: 200, text: bytes });
  expect(await requestApi(kubelet, { path })).toMatchObject({ status: 401 });
  // At first it knows no pods.
  expect(await eventually('the API server has the log again', log)).toBe('999\n1000\n');
});

/** Waits until the right counts: a kubelet remembers for half a minute that it was refused. */
async function allowNodeLogs(controlPlane: ControlPlane, user: string): Promise<void> {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'node-logs' } };
  const rules = [{ apiGroups: [''], resources: ['nodes/log'], verbs: ['get'] }];
  await applyManifest(controlPlane, { ...rbac, kind: 'ClusterRole', rules });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'node-logs' };
  const subjects = [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }];
  await applyManifest(controlPlane, { ...rbac, kind: 'ClusterRoleBinding', roleRef, subjects });
  const resourceAttributes = { verb: 'get', resource: 'nodes', subresource: 'log' };
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes } };
  const { url, caFile } = controlPlane;
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  await eventually('the right counts', async () => {
    const asked = { path, method: 'POST', body } as const;
    const { text } = await requestApi({ url, caFile, token: controlPlane.tokenOf(user) }, asked);
    return (JSON.parse(text) as { status: { allowed: boolean } }).status.allowed;
  });
}

/** Where the kubelet has the file of the pod's log, and what is in it when the runtime has written all. */
async function logFile(controlPlane: ControlPlane, node: RealNode, pod: string) {
  const { metadata } = await getJson<{ metadata: { uid: string } }>(
    controlPlane,
    `/api/v1/namespaces/default/pods/${pod}`,
  );
  const place = `default_${pod}_${metadata.uid}/main/0.log`;
  const read = () => readFile(join(node.podLogs, place), 'utf8');
  await eventually('the last line is in the file', async () => (await read()).endsWith(' stdout F 1000\n'));
  return { path: `/logs/pods/${place}`, bytes: await read() };
}
