import { requestApi } from '@lacuna/servers';
import { applyManifest, eventually, getJson, startTestControlPlane, type ControlPlane } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHART, helm, objectOf, renderChart, type HelmRun } from './support/helm.ts';

const NAMESPACE = 'lacuna';
const CLAIM = '/api/v1/namespaces/lacuna/persistentvolumeclaims/data-lacuna-nats-0';
const NATS = '/apis/apps/v1/namespaces/lacuna/statefulsets/lacuna-nats';
/** A controller has just been started, on a machine that may be busy: only a test that fails waits so long. */
const CONTROLLER = { withinMs: 80_000 };
const BUCKET = { url: 's3://logs/lacuna', endpoint: 'http://minio.storage:9000', secretName: 'archive-key' };

let controlPlane: ControlPlane;
beforeAll(async () => {
  controlPlane = await startTestControlPlane();
  await applyManifest(controlPlane, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
});
afterAll(() => controlPlane[Symbol.asyncDispose]());

const run = (command: 'install' | 'upgrade', values: object, ...flags: readonly string[]): Promise<HelmRun> =>
  helm([command, 'lacuna', CHART, '--namespace', NAMESPACE, '--kubeconfig', controlPlane.kubeconfig, ...flags], values);

const uidOf = async (path: string): Promise<string> =>
  (await getJson<{ metadata: { uid: string } }>(controlPlane, path)).metadata.uid;

interface Container {
  readonly env: readonly object[];
  readonly volumeMounts: readonly object[];
}

/** The only container of a service, as the API server has it. */
async function containerOf(service: string): Promise<Container> {
  const path = `/apis/apps/v1/namespaces/lacuna/deployments/lacuna-${service}`;
  const { spec } = await getJson<{ spec: { template: { spec: { containers: [Container] } } } }>(controlPlane, path);
  return spec.template.spec.containers[0];
}

test('a release goes from one set of values to another and back, and NATS keeps its claim', async () => {
  expect(await run('install', { archive: BUCKET })).toMatchObject({ code: 0, stderr: '' });
  const claim = await eventually('the claim of NATS', () => uidOf(CLAIM), CONTROLLER);
  const secret = { valueFrom: { secretKeyRef: { name: 'archive-key', key: 'secretAccessKey' } } };
  for (const service of ['submit', 'log-collect'])
    expect((await containerOf(service)).env).toContainEqual({ name: 'LACUNA_ARCHIVE_SECRET_ACCESS_KEY', ...secret });

  const changed = {
    archive: { claim: 'logs' },
    submit: { autoscaling: { enabled: true }, service: { type: 'NodePort', port: 8080 } },
    nats: { resources: { limits: { memory: '3Gi' } } },
    evaluations: { quota: null, defaults: null },
    networkPolicies: { enabled: false },
    podDisruptionBudgets: false,
    admissionPolicy: false,
  };
  expect(await run('upgrade', changed)).toMatchObject({ code: 0, stderr: '' });
  for (const [service, mount] of [
    ['submit', { name: 'archive', mountPath: '/archive', readOnly: true }],
    ['log-collect', { name: 'archive', mountPath: '/archive' }],
  ] as const) {
    const { env, volumeMounts } = await containerOf(service);
    expect(env).toContainEqual({ name: 'LACUNA_ARCHIVE', value: 'file:///archive' });
    expect(volumeMounts).toContainEqual(mount);
  }
  expect(JSON.stringify((await containerOf('dispatch')).volumeMounts)).not.toContain('archive');

  expect(await run('upgrade', { archive: BUCKET })).toMatchObject({ code: 0, stderr: '' });
  expect(await uidOf(CLAIM)).toBe(claim);
});

test('autoscaling is turned on, and upgraded under, without a pod less than there are, and off as the docs say', async () => {
  const path = '/apis/apps/v1/namespaces/lacuna/deployments/lacuna-submit';
  const deployment = () =>
    getJson<{ spec: { replicas: number }; metadata: { managedFields: { manager: string; fieldsV1: object }[] } }>(
      controlPlane,
      path,
    );
  const replicas = async (): Promise<number> => (await deployment()).spec.replicas;
  expect(await run('upgrade', { submit: { replicas: 3 } })).toMatchObject({ code: 0, stderr: '' });
  const autoscaled = { submit: { autoscaling: { enabled: true } } };
  expect(await run('upgrade', autoscaled)).toMatchObject({ code: 0, stderr: '' });
  expect(await replicas()).toBe(3);
  // As the autoscaler does it.
  const contentType = 'application/merge-patch+json';
  const scale = { method: 'PATCH', path: `${path}/scale`, body: { spec: { replicas: 5 } }, contentType } as const;
  expect(await requestApi(controlPlane.admin, scale)).toMatchObject({ status: 200 });
  expect(await run('upgrade', autoscaled)).toMatchObject({ code: 0, stderr: '' });
  expect(await replicas()).toBe(5);
  // Or one that scales while helm works would be a conflict.
  const { managedFields } = (await deployment()).metadata;
  const named = managedFields.filter(({ manager }) => manager === 'helm').map(({ fieldsV1 }) => fieldsV1);
  expect(named).toMatchObject([{ 'f:spec': { 'f:template': {} } }]);
  expect(named).not.toMatchObject([{ 'f:spec': { 'f:replicas': {} } }]);

  const fixed = { submit: { replicas: 2 } };
  expect(await run('upgrade', fixed)).toMatchObject({ stderr: expect.stringContaining('conflict') as string });
  expect(await run('upgrade', fixed, '--force-conflicts')).toMatchObject({ code: 0, stderr: '' });
  expect(await replicas()).toBe(2);
});

test.each([
  [{ replicas: 3 }, /nats\.replicas is 3 and was 1: the new servers would not have the streams.*Set nats\.replicas=1/],
  [{ storage: { size: '100Gi' } }, /nats\.storage\.size is 100Gi and was 50Gi, .* --cascade=orphan, and upgrade/],
  [{ storage: { className: 'fast' } }, /nats\.storage\.className is fast and was "", .*set it back/],
])('an upgrade to nats=%j is refused, with what to do, and changes nothing', async (nats, words) => {
  const { code, stderr } = await run('upgrade', { nats });
  expect(stderr).toMatch(words);
  expect(code).not.toBe(0);
  expect(await getJson(controlPlane, NATS)).toMatchObject({ spec: { replicas: 1 } });
});

test('larger claims come as the refusal says', async () => {
  const claim = await uidOf(CLAIM);
  const orphaned = { method: 'DELETE', path: `${NATS}?propagationPolicy=Orphan` } as const;
  await requestApi(controlPlane.admin, orphaned);
  const isGone = async (): Promise<boolean> => {
    const { status } = await requestApi(controlPlane.admin, { path: NATS });
    return status === 404;
  };
  await eventually('NATS is let go', isGone, CONTROLLER);
  expect(await run('upgrade', { nats: { storage: { size: '100Gi' } } })).toMatchObject({ code: 0, stderr: '' });
  expect(await uidOf(CLAIM)).toBe(claim);
});

test('servers that vote never find the streams of one server, which they would remove', async () => {
  const folderOf = async (replicas: number): Promise<string | undefined> => {
    const { data } = objectOf(await renderChart({ nats: { replicas } }), 'ConfigMap', 'lacuna-nats');
    return /store_dir: (\S+)/.exec(JSON.stringify(data).replaceAll('\\n', '\n'))?.[1];
  };
  expect(await Promise.all([1, 3, 5].map(folderOf))).toEqual(['/data', '/data/cluster', '/data/cluster']);
});
