import { applyManifest, eventually, startTestControlPlane, startTestNode, type ControlPlane } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { envOf, workloadsOf, type Workload } from './support/chart-workloads.ts';
import { renderChart, type ChartObject } from './support/helm.ts';
import { problemWithPolicies } from './support/problem-with-policies.ts';
import { reachedFrom } from './support/reached-from.ts';
import { SERVICES } from './support/service-process.ts';
import { startInNetwork } from './support/start-in-network.ts';
import { startStandIns, type Endpoint, type StandIn } from './support/stand-ins.ts';

/** Addresses of no pod. */
const OUTSIDE = '192.0.2.1';
const API_SERVER = '192.0.2.2';
const KUBELET_PORT = 10_250;
const PROBED = [6443, 4318, 16_686, 9093, 8443, 9000, KUBELET_PORT, 443, 80, 22];

/** All that opens a way, each at a port of its own. */
const VALUES = {
  nats: { replicas: 3 },
  otlpUrl: 'http://traces.example:4318',
  jaegerUrl: 'http://jaeger.example:16686',
  alertmanagerUrl: 'http://alerts.example:9093',
  webhook: { url: 'https://hooks.example:8443/in' },
  archive: { url: 's3://logs', endpoint: 'http://minio.example:9000', secretName: 'key' },
  'log-collect': { nodeFiles: { enabled: true } },
  networkPolicies: { apiServer: { cidr: `${API_SERVER}/32`, ports: [6443] } },
};
/** Addresses for people to follow, where the service does not ask itself; trace-audit and fsck read traces back. */
const linksOf = (name: string): readonly string[] =>
  name === 'submit' ? ['LACUNA_PUBLIC_URL', 'LACUNA_JAEGER_URL'] : ['LACUNA_PUBLIC_URL'];

const PARTS = [...SERVICES, 'provision', 'fsck'];
const EVALUATION: Endpoint = {
  namespace: 'lacuna-evaluations',
  labels: { 'lacuna.dev/attempt': '1' },
  ports: { web: 80 },
};
const OTHERS: Readonly<Record<string, Endpoint>> = {
  stranger: { namespace: 'default', labels: {}, ports: {} },
  operator: { namespace: 'ops', labels: {}, ports: {} },
  dns: { namespace: 'kube-system', labels: {}, ports: { dns: 53 } },
  evaluation: EVALUATION,
  'evaluation-2': EVALUATION,
};
const NATS = ['nats:client', 'nats:monitor', 'nats-2:client', 'nats-2:monitor'];
const METRICS = SERVICES.map((name) => `${name}:http`).sort();

const problem = await problemWithPolicies();
let stack: AsyncDisposableStack;
let controlPlane: ControlPlane;
let workloads: Workload[];
let pods: ReadonlyMap<string, StandIn>;

/** Everywhere that a pod could go, by address. */
function placesBeside(own: string): ReadonlyMap<string, string> {
  const others = [...pods.values()].filter(({ name }) => name !== own);
  const ports = others.flatMap(({ name, address, ports: named }) =>
    Object.entries(named).map(([port, number]) => [`${address}:${number}`, `${name}:${port}`] as const),
  );
  const outside = PROBED.flatMap((port) => [
    [`${OUTSIDE}:${port}`, `outside:${port}`] as const,
    [`${API_SERVER}:${port}`, `api:${port}`] as const,
  ]);
  return new Map([...ports, ...outside]);
}

/** Whom a pod reaches, as `pod:port`. */
async function ways(from: string): Promise<string[]> {
  const places = placesBeside(from);
  const reached = await reachedFrom(pods.get(from)!.pid, [...places.keys()]);
  return reached.map((address) => places.get(address)!).sort();
}

/** So that whatever is closed later, a policy closed. */
async function everythingIsOpen(): Promise<true> {
  for (const name of pods.keys()) expect(await ways(name)).toEqual(sorted(...placesBeside(name).values()));
  return true;
}

const sorted = (...list: readonly string[]): string[] => [...list].sort();

/** Gives the network the policies of a chart, and waits until it obeys them. It learns of them in this order, those of the evaluations last. */
async function enforce(values: object, obeys: () => Promise<boolean>): Promise<void> {
  const policies = (await renderChart(values)).filter(({ kind }) => kind === 'NetworkPolicy');
  const isLast = ({ metadata }: ChartObject): boolean => metadata.namespace === EVALUATION.namespace;
  for (const policy of policies.toSorted((one, other) => Number(isLast(one)) - Number(isLast(other))))
    await applyManifest(controlPlane, policy);
  await eventually('the network obeys', obeys, { withinMs: 60_000 });
}

describe.skipIf(problem !== undefined)(
  'on a real network, the policies let through what is needed, and nothing else',
  () => {
    beforeAll(async () => {
      stack = new AsyncDisposableStack();
      controlPlane = stack.use(await startTestControlPlane());
      const node = stack.use(await startTestNode(controlPlane, { networkPolicies: true }));
      const outside = { addresses: [OUTSIDE, API_SERVER], ports: PROBED };
      stack.use(await startInNetwork(node.containerd.pid, 'outside.mjs', outside));
      workloads = workloadsOf(await renderChart(VALUES));
      const parts = Object.fromEntries(workloads.map((workload) => [workload.name, workload as Endpoint]));
      pods = await startStandIns({ controlPlane, node }, { ...parts, 'nats-2': parts['nats']!, ...OTHERS });
      await eventually('without policies everybody reaches everything', everythingIsOpen, { withinMs: 60_000 });
      await enforce(VALUES, async () => (await ways('evaluation')).length === 0);
    }, 240_000);
    afterAll(() => stack.disposeAsync());

    test.each(PARTS)(
      '%s reaches NATS, names, the addresses that it is given, and with a token the API server',
      async (name) => {
        const part = workloads.find((workload) => workload.name === name)!;
        const given = Object.entries(envOf(part)).filter(([variable]) => !linksOf(name).includes(variable));
        const ports = given.filter(([, value]) => value.includes('.example')).map(([, value]) => new URL(value).port);
        if (name === 'log-collect') ports.push(String(KUBELET_PORT));
        const outside = ports.flatMap((port) => [`outside:${port}`, `api:${port}`]);
        const api = part.volumes.some((volume) => volume.name === 'token') ? ['api:6443'] : [];
        const submit = name === 'fsck' ? ['submit:http'] : [];
        expect(await ways(name)).toEqual(sorted('dns:dns', ...NATS, ...outside, ...api, ...submit));
      },
    );

    test('servers of NATS reach each other, and nothing else but names', async () => {
      expect(await ways('nats')).toEqual(['dns:dns', 'nats-2:cluster']);
    });

    test('an evaluation reaches nothing, and nobody reaches it', async () => {
      expect(await ways('evaluation')).toEqual([]);
      const reached = (await Promise.all([...pods.keys()].map(ways))).flat();
      expect(reached.filter((place) => place.startsWith('evaluation'))).toEqual([]);
    });

    test('everybody may call the API and read metrics, until clients are named; then those, and NATS as well', async () => {
      const inside = async (from: string) => (await ways(from)).filter((place) => !/^(dns|outside|api):/.test(place));
      expect(await inside('stranger')).toEqual(METRICS);
      const clients = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ops' } } }];
      const networkPolicies = { ...VALUES.networkPolicies, clients };
      await enforce({ ...VALUES, networkPolicies }, async () => {
        const [denied, allowed] = [await inside('stranger'), await inside('operator')];
        return denied.length === 0 && allowed.length > METRICS.length;
      });
      expect(await inside('operator')).toEqual(sorted(...METRICS, ...NATS));
      expect((await ways('fsck')).filter((place) => /submit|nats/.test(place))).toEqual(sorted(...NATS, 'submit:http'));
    });

    test('other ways out are for those for whom they are opened: our pods, or evaluations, which still do not reach each other', async () => {
      const egress = (port: number) => [{ ports: [{ port }] }];
      const evaluations = { egress: egress(EVALUATION.ports['web']!) };
      const networkPolicies = { ...VALUES.networkPolicies, egress: egress(22) };
      const before = await ways('provision');
      await enforce({ ...VALUES, networkPolicies, evaluations }, async () => (await ways('evaluation')).length > 0);
      expect(await ways('evaluation')).toEqual(['api:80', 'outside:80']);
      expect(await ways('provision')).toEqual(sorted(...before, 'api:22', 'outside:22'));
    });
  },
);
