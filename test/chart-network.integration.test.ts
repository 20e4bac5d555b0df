import { beforeAll, describe, expect, test } from 'vitest';
import { envOf, selectedBy, workloadsOf, type Workload } from './support/chart-workloads.ts';
import { renderChart, type ChartObject } from './support/helm.ts';
import { letsThrough, type Endpoint } from './support/network-policies.ts';
import { SERVICES } from './support/service-process.ts';

/** All that opens a way, each at a port of its own. */
const VALUES = {
  nats: { replicas: 3 },
  otlpUrl: 'http://traces.example:4318',
  jaegerUrl: 'http://jaeger.example:16686',
  alertmanagerUrl: 'http://alerts.example:9093',
  webhook: { url: 'https://hooks.example:8443/in' },
  archive: { url: 's3://logs', endpoint: 'http://minio.example:9000', secretName: 'key' },
  'log-collect': { nodeFiles: { enabled: true } },
  networkPolicies: { apiServer: { cidr: '10.0.0.1/32', ports: [6443] } },
};
/** Addresses for people to follow, where the service does not ask itself; trace-audit and fsck read traces back. */
const linksOf = (name: string): readonly string[] =>
  name === 'submit' ? ['LACUNA_PUBLIC_URL', 'LACUNA_JAEGER_URL'] : ['LACUNA_PUBLIC_URL'];
const API_SERVER = { address: '10.0.0.1', port: 6443 };
const KUBELET_PORT = 10_250;
const PROBED = [6443, 4318, 16_686, 9093, 8443, 9000, KUBELET_PORT, 443, 80, 22];

const stranger: Endpoint = { namespace: 'default', labels: {}, ports: {} };
const operator: Endpoint = { namespace: 'ops', labels: {}, ports: {} };
const evaluation: Endpoint = {
  namespace: 'lacuna-evaluations',
  labels: { 'lacuna.dev/attempt': '1' },
  ports: { web: 80 },
};

let objects: ChartObject[];
let workloads: Workload[];
beforeAll(async () => {
  objects = await renderChart(VALUES);
  workloads = workloadsOf(objects);
});

/** Every way to a port of a pod of ours, as `from → to:port`. */
function waysFrom(from: Endpoint, policies = objects): string[] {
  return workloads.flatMap((to) =>
    Object.entries(to.ports)
      .filter(([, port]) => letsThrough(policies, { from, to, port }))
      .map(([port]) => `${to.name}:${port}`),
  );
}

/** At which of the probed ports something at this address is reached. */
const portsAt = (from: Endpoint, address: string): number[] =>
  PROBED.filter((port) => letsThrough(objects, { from, to: { ...stranger, address }, port }));

const https = SERVICES.map((name) => `${name}:http`);
const sorted = (list: readonly string[]): string[] => [...list].sort();

describe('the policies let through what is needed, and nothing else', () => {
  test('fsck reaches NATS and the API, also when clients are named', async () => {
    const from = workloads.find(({ name }) => name === 'fsck')!;
    const ways = ['nats:client', 'nats:monitor', 'submit:http'];
    expect(sorted(waysFrom(from))).toEqual(ways);
    const clients = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ops' } } }];
    expect(sorted(waysFrom(from, await renderChart({ ...VALUES, networkPolicies: { clients } })))).toEqual(ways);
  });

  test.each([...SERVICES, 'provision'])('%s reaches NATS, and no other pod', (name) => {
    const from = workloads.find((workload) => workload.name === name)!;
    expect(waysFrom(from)).toEqual(['nats:client', 'nats:monitor']);
  });

  test('servers of NATS reach each other, and nothing else', () => {
    const nats = workloads.find(({ name }) => name === 'nats')!;
    expect(waysFrom(nats)).toEqual(['nats:cluster']);
    expect(portsAt(nats, '192.0.2.1')).toEqual([]);
  });

  test('everybody may call the API and read metrics, until clients are named; then those, and NATS as well', async () => {
    expect(sorted(waysFrom(stranger))).toEqual(sorted(https));
    const clients = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'ops' } } }];
    const named = await renderChart({ ...VALUES, networkPolicies: { clients } });
    expect(waysFrom(stranger, named)).toEqual([]);
    expect(sorted(waysFrom(operator, named))).toEqual(sorted([...https, 'nats:client', 'nats:monitor']));
  });

  test('an evaluation reaches nothing, and nobody reaches it', () => {
    expect(waysFrom(evaluation)).toEqual([]);
    expect(portsAt(evaluation, API_SERVER.address)).toEqual([]);
    for (const from of [stranger, evaluation, ...workloads])
      expect(letsThrough(objects, { from, to: evaluation, port: 80 })).toBe(false);
  });

  test.each([...SERVICES, 'provision', 'fsck'])(
    '%s reaches the addresses that it is given, the API server with a token, and log-collect the kubelets',
    (name) => {
      const from = workloads.find((workload) => workload.name === name)!;
      const given = Object.entries(envOf(from)).filter(([variable]) => !linksOf(name).includes(variable));
      const outside = given
        .filter(([, value]) => value.includes('.example'))
        .map(([, value]) => Number(new URL(value).port));
      if (name === 'log-collect') outside.push(KUBELET_PORT);
      expect(sorted(portsAt(from, '192.0.2.1').map(String))).toEqual(sorted(outside.map(String)));
      const hasToken = from.volumes.some((volume) => volume.name === 'token');
      expect(portsAt(from, API_SERVER.address).includes(API_SERVER.port)).toBe(hasToken);
    },
  );
});

interface Service extends ChartObject {
  readonly spec: {
    readonly selector: Record<string, string>;
    readonly ports: readonly { readonly port: number; readonly targetPort: string }[];
  };
}
const servicesOf = (): Service[] => objects.filter(({ kind }) => kind === 'Service') as Service[];

test('every Service leads to ports that the containers of one workload have', () => {
  const services = servicesOf().map(({ metadata, spec }) => {
    const behind = selectedBy(spec.selector, workloads);
    const ports = spec.ports.map(({ targetPort }) => behind[0]?.ports[targetPort]);
    return [metadata.name, behind.map(({ name }) => name), ports];
  });
  expect(services).toEqual([
    ['lacuna-nats', ['nats'], [4222, 8222]],
    ['lacuna-nats-servers', ['nats'], [6222]],
    ['lacuna-submit', ['submit'], [4280]],
  ]);
});

test('every address in the cluster that a pod is given is a port of a Service', () => {
  const addresses = workloads.flatMap((workload) =>
    Object.values(envOf(workload)).filter((value) => /:\/\/.*\.svc/.test(value)),
  );
  const known = servicesOf().flatMap(({ metadata, spec }) =>
    spec.ports.map(({ port }) => `${metadata.name}.${metadata.namespace}.svc:${port}`),
  );
  const unknown = addresses.flatMap((address) => {
    const hosts = address
      .replace(/^\[|\]$/g, '')
      .split(', ')
      .map((url) => new URL(url));
    return hosts.map(({ hostname, port }) => `${hostname.replace(/^lacuna-nats-\d\./, '')}:${port || 80}`);
  });
  expect(addresses.length).toBeGreaterThan(6);
  expect(unknown.filter((address) => !known.includes(address))).toEqual([]);
});
