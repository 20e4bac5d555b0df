/**
 * What the helper costs a pod on an idle node, one pod at a time and all variants in turn: from create to Succeeded, as the plain pod, with the helper
 * from a ConfigMap, with the helper copied by an init container, and with a keeper. Then the first two while another pod of the node uses the
 * ConfigMap, too: the kubelet then has it, and need not ask for it. And from the end of the command to that of its container.
 *
 * `LACUNA_ROUNDS=12 npm run bench pod-end`, as root
 */
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolveSeal } from '@lacuna/seal';
import { startRealCluster } from '../support/kubernetes-system.ts';
import { ApiClient } from './api-client.ts';
import { ContainerExits } from './container-exits.ts';
import { podOf, VARIANTS, type Variant } from './pod-variants.ts';
import { median } from './side.ts';

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly {
      readonly containerID?: string;
      readonly state?: { readonly terminated?: { readonly message?: string } };
    }[];
  };
}

const PODS = '/api/v1/namespaces/default/pods';
const TARGETS = { endMs: 10, ratio: 1.03 };
const rounds = Number(process.env['LACUNA_ROUNDS'] ?? 12);

const seal = await resolveSeal();
if (seal.kind === 'unavailable') throw new Error(seal.message);
await using cluster = await startRealCluster();
await using exits = new ContainerExits(cluster.node.containerd.socket);
using api = await ApiClient.open({ controlPlane: cluster.controlPlane, token: cluster.controlPlane.adminToken }, 4);
const program = await readFile(seal.paths[process.arch === 'arm64' ? 'arm64' : 'amd64']);
await api.call('POST', '/api/v1/namespaces/default/configmaps', {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'helper' },
  immutable: true,
  binaryData: { seal: program.toString('base64') },
});

const succeeded = new Map<string, { readonly at: number; readonly pod: Pod }>();
let onSucceeded = (): void => undefined;
watch().catch(() => undefined);

const endMs: number[] = [];
const before = loadavg()[0]!;
for (const variant of VARIANTS) await podTime(variant, `warm-${VARIANTS.indexOf(variant)}`);
endMs.length = 0;
say('alone on the node', await compare(VARIANTS, 'alone'));
await api.call('POST', PODS, podOf('sealed', 'holder', 'helper', ['sleep', '600']));
say('beside a pod with the helper', await compare(['plain', 'sealed'], 'beside'));
const isInTime = median(endMs) <= TARGETS.endMs ? 'met' : 'MISSED';
const most = Math.max(...endMs).toFixed(1);
console.log(
  `end of the command → end of its container: median ${median(endMs).toFixed(1)} ms, most ${most} ms of ${endMs.length} (target ${TARGETS.endMs} ms: ${isInTime})`,
);
console.log(`load average ${before.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after`);

/** Milliseconds of each round, by variant. */
async function compare(variants: readonly Variant[], name: string): Promise<ReadonlyMap<Variant, number[]>> {
  const times = new Map<Variant, number[]>(variants.map((variant) => [variant, []]));
  for (let round = 0; round < rounds; round++)
    for (const [i, variant] of variants.entries()) {
      // The kubelet looks at its containers once a second: each pod begins at another moment of that.
      await sleep(((round * 7 + i * 3) % 20) * 50);
      times.get(variant)!.push(await podTime(variant, `${name}-${i}-${round}`));
    }
  return times;
}

function say(where: string, times: ReadonlyMap<Variant, readonly number[]>): void {
  const plain = mean(times.get('plain')!);
  for (const [variant, values] of times) {
    const ratio = mean(values) / plain;
    const met = ratio <= TARGETS.ratio ? 'met' : 'MISSED';
    console.log(
      `create → Succeeded ${where}, ${variant}: median ${median(values).toFixed(0)} ms, mean ${mean(values).toFixed(0)} ms ± ${deviation(values).toFixed(0)}, ` +
        `${ratio.toFixed(3)} of the plain pod's mean${variant === 'sealed' ? ` (target ${TARGETS.ratio}: ${met})` : ''}`,
    );
  }
}

/** Runs one pod to its end and removes it. Milliseconds from the create until the watch told that it had succeeded. */
async function podTime(variant: Variant, name: string): Promise<number> {
  const begin = performance.now();
  await api.call('POST', PODS, podOf(variant, name, 'helper'));
  while (!succeeded.has(name)) await new Promise<void>((resolve) => (onSucceeded = resolve));
  const { at, pod } = succeeded.get(name)!;
  await noteEnd(pod);
  await api.call('DELETE', `${PODS}/${name}`, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
  return at - begin;
}

/** By the seal's own time and the runtime's, both of one clock. */
async function noteEnd({ status }: Pod): Promise<void> {
  const { containerID = '', state } = status?.containerStatuses?.[0] ?? {};
  const message = state?.terminated?.message;
  if (message === undefined) return;
  for (let tries = 0; exits.of(containerID) === undefined && tries < 100; tries++) await sleep(10);
  endMs.push((exits.of(containerID) ?? Number.NaN) - (JSON.parse(message) as { endedAt: number }).endedAt);
}

async function watch(): Promise<void> {
  for await (const { object } of api.follow<Pod>(PODS, 'bench=pod-end')) {
    const { name } = object.metadata;
    if (object.status?.phase !== 'Succeeded' || succeeded.has(name)) continue;
    succeeded.set(name, { at: performance.now(), pod: object });
    onSucceeded();
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of the mean: how far off it may be. */
function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}
