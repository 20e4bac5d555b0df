import { beforeAll, expect, test } from 'vitest';
import { envOf, selectedBy, workloadsOf, type Workload } from './support/chart-workloads.ts';
import { renderChart, type ChartObject } from './support/helm.ts';

let objects: ChartObject[];
let workloads: Workload[];
beforeAll(async () => {
  objects = await renderChart({ nats: { replicas: 3 } });
  workloads = workloadsOf(objects);
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
