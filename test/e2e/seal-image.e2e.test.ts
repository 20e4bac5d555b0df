import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildImage } from '@lacuna/images';
import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { tempDir } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRealCluster, type RealCluster } from '../support/kubernetes-system.ts';
import { allSettled } from '../support/settled.ts';

/** Image volumes need containerd 2.1; the other tests run on the containerd of the machine. */
let cluster: RealCluster;
let image: string;

beforeAll(async () => {
  cluster = await startRealCluster({ containerd: '2' });
  await using dir = await tempDir();
  const archive = join(dir.path, 'seal.tar');
  ({ name: image } = await buildImage('seal', { output: archive }));
  const containerd = ['--address', cluster.node.containerd.socket, '--namespace', 'k8s.io'];
  await promisify(execFile)('ctr', [...containerd, 'images', 'import', archive]);
}, 180_000);
afterAll(() => cluster?.[Symbol.asyncDispose]());

test.each(['image', 'init-container'])(
  'with the helper from an %s, and no ConfigMap, logs are sealed, and kept beside themselves',
  async (from) => {
    await using system = await cluster.system({ LACUNA_SEAL: from, LACUNA_SEAL_IMAGE: image });
    const spec = { image: BUSYBOX_IMAGE, command: ['sh', '-c', 'echo hello'], report: 'none' };
    const lossless = { ...spec, lossless: true, resources: { cpu: '200m', memory: '64Mi' } };
    const submitted = await Promise.all([spec, lossless].map((one) => system.client.submit(one)));
    const ids = submitted.map(({ id }) => id);
    for (const { verdict, reason } of await allSettled(system.client, ids, 120_000))
      expect.soft([verdict, reason]).toEqual(['passed', 'exit code 0, log sealed']);
    const path = '/api/v1/namespaces/default/configmaps?labelSelector=app.kubernetes.io%2Fmanaged-by%3Dlacuna';
    expect(JSON.parse((await cluster.request({ path })).text)).toMatchObject({ items: [] });
  },
);
