import { execFile } from 'node:child_process';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createClient, type Client } from '@lacuna/client';
import { buildImage, type ImageName } from '@lacuna/images';
import {
  applyManifest,
  eventually,
  getJson,
  startTestControlPlane,
  startTestJaeger,
  startTestNode,
  tempDir,
  type ControlPlane,
  type JaegerFixture,
  type RealNode,
} from '@lacuna/testing';
import { addressOf, saysReady } from './chart-pod.ts';
import { renderChart, type ChartObject } from './helm.ts';
import { joinNodeNetwork } from './node-network.ts';
import { SERVICES } from './service-process.ts';
import { startStandIns } from './stand-ins.ts';
import { startInNetwork } from './start-in-network.ts';

/** The second address of the range that services have is free for whoever answers for names. */
const DNS = '10.0.0.10:53';
/** Outside of the cluster, as its pods see it. */
const API_SERVER = '192.0.2.1:6443';
const JAEGER = '192.0.2.2:4318';

const VALUES = {
  image: { pullPolicy: 'Never' },
  nats: { image: { repository: 'localhost/nats', pullPolicy: 'Never' } },
  evaluations: { imagePullPolicy: 'Never', allowedImages: ['localhost/'] },
  ...Object.fromEntries(SERVICES.map((name) => [name, { replicas: 1 }])),
  otlpUrl: `http://${JAEGER}`,
};

/** The chart, from its image, as pods of a real node whose network obeys its policies. */
interface ChartOnNode extends AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly node: RealNode;
  readonly jaeger: JaegerFixture;
  /** Of the API. */
  readonly client: Client;
  /** Addresses of Services, as `host:port`. */
  readonly services: Readonly<Record<'nats' | 'monitor' | 'submit' | 'api', string>>;
}

/** Resolves when all its services are ready. */
export async function startChartOnNode(): Promise<ChartOnNode> {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir());
  const controlPlane = stack.use(await startTestControlPlane());
  const node = stack.use(await startTestNode(controlPlane, { networkPolicies: true }));
  const jaeger = stack.use(await startTestJaeger());
  for (const image of ['lacuna', 'nats'] as const) await importImage(image, node, dir.path);
  await prepareCluster(controlPlane, dir.path);
  const nameServer = { dns: { namespace: 'kube-system', labels: {}, ports: {} } };
  const dns = (await startStandIns({ controlPlane, node }, nameServer)).get('dns')!;
  for (const object of withoutProbes(await renderChart(VALUES))) await applyManifest(controlPlane, object);

  const nats = await serviceAddress(controlPlane, 'lacuna-nats');
  const submit = await serviceAddress(controlPlane, 'lacuna-submit');
  const services = { nats: `${nats}:4222`, monitor: `${nats}:8222`, submit: `${submit}:80`, api: '10.0.0.1:443' };
  const names = {
    'lacuna-nats.lacuna.svc.cluster.local': nats,
    'lacuna-submit.lacuna.svc.cluster.local': submit,
  };
  stack.use(await startInNetwork(dns.pid, 'name-server.mjs', names));
  const [natsPod, submitPod] = [await addressOf(controlPlane, 'nats'), await addressOf(controlPlane, 'submit')];
  const network = stack.use(
    await joinNodeNetwork({
      node,
      services: {
        [DNS]: `${dns.address}:53`,
        [services.nats]: `${natsPod}:4222`,
        [services.monitor]: `${natsPod}:8222`,
        [services.submit]: `${submitPod}:4280`,
        [services.api]: API_SERVER,
      },
      toMachine: { [API_SERVER]: portOf(controlPlane.url), [JAEGER]: portOf(jaeger.otlpUrl) },
      fromMachine: `${submitPod}:4280`,
    }),
  );
  for (const name of SERVICES)
    await eventually(`${name} ready`, () => saysReady(controlPlane, name), { withinMs: 120_000 });
  const client = createClient({ url: `http://127.0.0.1:${network.port}`, token: await tokenOfApi(controlPlane) });
  const owned = stack.move();
  return { controlPlane, node, jaeger, client, services, [Symbol.asyncDispose]: () => owned.disposeAsync() };
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

async function tokenOfApi(controlPlane: ControlPlane): Promise<string> {
  const path = '/api/v1/namespaces/lacuna/secrets/lacuna-token';
  const { data } = await getJson<{ data: { token: string } }>(controlPlane, path);
  return Buffer.from(data.token, 'base64').toString();
}

const portOf = (url: string): number => Number(new URL(url).port);
