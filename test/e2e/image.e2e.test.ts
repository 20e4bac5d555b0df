import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@lacuna/client';
import { buildImage, type ImageName } from '@lacuna/images';
import {
  applyManifest,
  eventually,
  getJson,
  getText,
  startTestControlPlane,
  startTestJaeger,
  startTestNode,
  tempDir,
  type ControlPlane,
  type RealNode,
} from '@lacuna/testing';
import { expect, test } from 'vitest';
import { renderChart, type ChartObject } from '../support/helm.ts';
import { joinNodeNetwork } from '../support/node-network.ts';
import { SERVICES } from '../support/service-process.ts';
import { untilSettled } from '../support/settled.ts';
import { wholeTrace } from '../support/whole-trace.ts';

/** The second address of the range that services have is free for whoever answers for names. */
const DNS = '10.0.0.10';
const API = '10.0.0.1:443';
const JAEGER = '10.0.0.20';

const VALUES = {
  image: { pullPolicy: 'Never' },
  nats: { image: { repository: 'localhost/nats', pullPolicy: 'Never' } },
  evaluations: { imagePullPolicy: 'Never', allowedImages: ['localhost/'] },
  ...Object.fromEntries(SERVICES.map((name) => [name, { replicas: 1 }])),
  otlpUrl: `http://${JAEGER}:4318`,
};

test('from the image, the services of the chart run as pods of a real node and take an evaluation from end to end', async () => {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir());
  const controlPlane = stack.use(await startTestControlPlane());
  const node = stack.use(await startTestNode(controlPlane));
  const jaeger = stack.use(await startTestJaeger());
  await importImage('lacuna', node, dir.path);
  await importImage('nats', node, dir.path);
  await prepareCluster(controlPlane, dir.path);
  for (const object of withoutProbes(await renderChart(VALUES))) await applyManifest(controlPlane, object);

  const natsPod = await addressOf(controlPlane, 'nats');
  const submitPod = await addressOf(controlPlane, 'submit');
  const natsService = await serviceAddress(controlPlane, 'lacuna-nats');
  const submitService = await serviceAddress(controlPlane, 'lacuna-submit');
  const network = stack.use(
    await joinNodeNetwork({
      node,
      dns: DNS,
      names: {
        'lacuna-nats.lacuna.svc.cluster.local': natsService,
        'lacuna-submit.lacuna.svc.cluster.local': submitService,
      },
      toPods: {
        [`${natsService}:4222`]: `${natsPod}:4222`,
        [`${natsService}:8222`]: `${natsPod}:8222`,
        [`${submitService}:80`]: `${submitPod}:4280`,
      },
      toMachine: { [API]: portOf(controlPlane.url), [`${JAEGER}:4318`]: portOf(jaeger.otlpUrl) },
      fromMachine: `${submitPod}:4280`,
    }),
  );
  for (const name of SERVICES)
    await eventually(`${name} ready`, () => saysReady(controlPlane, name), { withinMs: 120_000 });

  const { data } = await getJson<{ data: { token: string } }>(
    controlPlane,
    '/api/v1/namespaces/lacuna/secrets/lacuna-token',
  );
  const token = Buffer.from(data.token, 'base64').toString();
  const client = createClient({ url: `http://127.0.0.1:${network.port}`, token });
  const { id } = await client.submit({
    name: 'hello',
    image: 'localhost/busybox:1',
    command: ['sh', '-c', 'echo hello from a pod'],
    report: 'none',
  });
  const view = await untilSettled(client, id);
  expect(view).toMatchObject({ verdict: 'passed', evidence: { exitCode: 0, log: 'sealed' } });
  const { body } = await client.log(id);
  expect(Buffer.concat(await Array.fromAsync(body)).toString()).toBe('hello from a pod\n');
  await wholeTrace(jaeger, id);
  expect(await checked(controlPlane)).toContain('1 evaluations and 1 logs rebuilt from the stream: no difference\n');
}, 400_000);

/** What the chart's fsck says, when it is run as `kubectl create job --from=cronjob/lacuna-fsck fsck` does. */
async function checked(controlPlane: ControlPlane): Promise<string> {
  const from = '/apis/batch/v1/namespaces/lacuna/cronjobs/lacuna-fsck';
  const { spec } = await getJson<{ spec: { jobTemplate: { spec: object } } }>(controlPlane, from);
  const metadata = { name: 'fsck', namespace: 'lacuna' };
  await applyManifest(controlPlane, { apiVersion: 'batch/v1', kind: 'Job', metadata, spec: spec.jobTemplate.spec });
  return eventually(
    'fsck is over',
    async () => {
      const { status } = await getJson<Job>(controlPlane, '/apis/batch/v1/namespaces/lacuna/jobs/fsck');
      const { metadata: pod, status: podStatus } = await podOf(controlPlane, 'fsck');
      const log = await getText(controlPlane, `/api/v1/namespaces/lacuna/pods/${pod.name}/log`);
      if (status.succeeded === 1) return log;
      throw new Error(`${JSON.stringify([status, podStatus.containerStatuses])} ${log.slice(-2_000)}`);
    },
    { withinMs: 90_000 },
  );
}

interface Job {
  readonly status: { readonly succeeded?: number };
}

async function importImage(which: ImageName, node: RealNode, folder: string): Promise<void> {
  const archive = join(folder, `${which}.tar`);
  await buildImage(which, { output: archive });
  const containerd = ['--address', node.containerd.socket, '--namespace', 'k8s.io'];
  await promisify(execFile)('ctr', [...containerd, 'images', 'import', archive]);
}

/** A namespace as it should be, and a place for data, as a cluster of others has it. */
async function prepareCluster(controlPlane: ControlPlane, folder: string): Promise<void> {
  const labels = Object.fromEntries(
    ['enforce', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, 'restricted']),
  );
  await applyManifest(controlPlane, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lacuna', labels } });
  const path = join(folder, 'nats-data');
  await mkdir(path);
  await chmod(path, 0o777);
  const spec = { capacity: { storage: '100Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path } };
  await applyManifest(controlPlane, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'nats' }, spec });
}

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly podIP?: string;
    readonly containerStatuses?: readonly object[];
  };
}

async function podOf(controlPlane: ControlPlane, component: string): Promise<Pod> {
  const path = `/api/v1/namespaces/lacuna/pods?labelSelector=app.kubernetes.io/component=${component}`;
  const { items } = await getJson<{ items: Pod[] }>(controlPlane, path);
  if (items[0] === undefined) throw new Error(`there is no pod of ${component}`);
  return items[0];
}

const addressOf = (controlPlane: ControlPlane, component: string): Promise<string> =>
  eventually(`address of ${component}`, async () => (await podOf(controlPlane, component)).status.podIP, {
    withinMs: 60_000,
  });

/** A service says so in its log, which is read through the API server and the kubelet. */
async function saysReady(controlPlane: ControlPlane, name: string): Promise<true> {
  const { metadata, status } = await podOf(controlPlane, name);
  const log = await getText(controlPlane, `/api/v1/namespaces/lacuna/pods/${metadata.name}/log`);
  if (log.includes('"state":"ready"')) return true;
  throw new Error(`${JSON.stringify(status.containerStatuses)} ${log.slice(-2_000)}`);
}

/** The kubelet of the fixture is outside of the network of its pods, so it can't ask them how they are. */
function withoutProbes(objects: readonly ChartObject[]): ChartObject[] {
  const probe = /^(startup|liveness|readiness)Probe$/;
  return JSON.parse(JSON.stringify(objects), (key, value: unknown) =>
    probe.test(key) ? undefined : value,
  ) as ChartObject[];
}

async function serviceAddress(controlPlane: ControlPlane, name: string): Promise<string> {
  const path = `/api/v1/namespaces/lacuna/services/${name}`;
  return (await getJson<{ spec: { clusterIP: string } }>(controlPlane, path)).spec.clusterIP;
}

const portOf = (url: string): number => Number(new URL(url).port);
