/**
 * What the helper costs a pod on an idle node, one pod at a time and all variants in turn: from create to the end of the container, by the runtime's
 * clock, and from there to Succeeded. The second part is the kubelet's: it looks at its containers once a second, and tells a pod's end at the second
 * look; so it differs from pod to pod by up to a second and not by what the pod mounts. Therefore the ratio of the sealed pod takes the second part as
 * equal, and the first by rounds: a shared machine's speed drifts for both alike. And from the end of the command to that of its container.
 *
 * `LACUNA_ROUNDS=24 npm run bench pod-end`, as root; the other variants have a quarter of the rounds
 */
import { readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { OWN_ARCHITECTURE, resolveSeal } from '@lacuna/seal';
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

/** Milliseconds of one pod. */
interface Times {
  /** From create until its container had ended. */
  readonly ended: number;
  /** From there until the watch told that the pod had succeeded. */
  readonly told: number;
}

const PODS = '/api/v1/namespaces/default/pods';
const TARGETS = { endMs: 10, ratio: 1.03 };
const rounds = Number(process.env['LACUNA_ROUNDS'] ?? 24);

const seal = await resolveSeal();
if (seal.kind === 'unavailable') throw new Error(seal.message);
await using cluster = await startRealCluster();
await using exits = new ContainerExits(cluster.node.containerd.socket);
using api = await ApiClient.open({ controlPlane: cluster.controlPlane, token: cluster.controlPlane.admin.token }, 4);
const program = await readFile(seal.paths[OWN_ARCHITECTURE]);
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
for (const [i, variant] of VARIANTS.entries()) await timesOf(variant, `warm-${i}`);
endMs.length = 0;
const pair = await compare(['plain', 'sealed'], rounds);
say(pair);
sayRatio(pair.get('plain')!, pair.get('sealed')!);
say(await compare(VARIANTS, Math.ceil(rounds / 4)));
const isInTime = median(endMs) <= TARGETS.endMs ? 'met' : 'MISSED';
const most = Math.max(...endMs).toFixed(1);
console.log(
  `end of the command → end of its container: median ${median(endMs).toFixed(1)} ms, most ${most} ms of ${endMs.length} (target ${TARGETS.endMs} ms: ${isInTime})`,
);
console.log(`load average ${before.toFixed(1)} before, ${loadavg()[0]!.toFixed(1)} after`);

async function compare(variants: readonly Variant[], times: number): Promise<ReadonlyMap<Variant, Times[]>> {
  const found = new Map<Variant, Times[]>(variants.map((variant) => [variant, []]));
  for (let round = 0; round < times; round++)
    for (const [i, variant] of variants.entries()) {
      // Each pod begins at another moment of the kubelet's second.
      await sleep(((round * 7 + i * 3) % 20) * 50);
      found.get(variant)!.push(await timesOf(variant, `${variants.length}-${i}-${round}`));
    }
  return found;
}

function say(times: ReadonlyMap<Variant, readonly Times[]>): void {
  const plain = mean(times.get('plain')!.map(({ ended, told }) => ended + told));
  for (const [variant, values] of times) {
    const ended = values.map((one) => one.ended);
    const told = values.map((one) => one.told);
    const ratio = ((mean(ended) + mean(told)) / plain).toFixed(3);
    const parts = `container ended after ${around(ended)} (median ${median(ended).toFixed(0)}), Succeeded ${around(told)} later`;
    console.log(`${variant}: ${parts}; ${ratio} of plain as it came (${values.length} rounds)`);
  }
}

function sayRatio(plain: readonly Times[], sealed: readonly Times[]): void {
  const more = sealed.map(({ ended }, round) => ended - (plain[round]?.ended ?? Number.NaN));
  const whole = mean(plain.map(({ ended }) => ended)) + mean([...plain, ...sealed].map(({ told }) => told));
  const ratio = 1 + mean(more) / whole;
  const met = ratio <= TARGETS.ratio ? 'met' : 'MISSED';
  const off = (deviation(more) / whole).toFixed(3);
  console.log(
    `create → Succeeded, sealed: ${around(more)} more (median ${median(more).toFixed(0)}), ${ratio.toFixed(3)} ± ${off} of plain (target ${TARGETS.ratio}: ${met})`,
  );
}

/** Runs one pod to its end and removes it. */
async function timesOf(variant: Variant, name: string): Promise<Times> {
  const begin = unixMs();
  await api.call('POST', PODS, podOf(variant, name, 'helper'));
  while (!succeeded.has(name)) await new Promise<void>((resolve) => (onSucceeded = resolve));
  const { at, pod } = succeeded.get(name)!;
  const exit = await exitOf(pod);
  await api.call('DELETE', `${PODS}/${name}`, { kind: 'DeleteOptions', apiVersion: 'v1', gracePeriodSeconds: 0 });
  return { ended: exit - begin, told: at - exit };
}

/** By the runtime's clock, which is this machine's. Where there is a seal, with the time that the helper itself had seen the end. */
async function exitOf({ metadata, status }: Pod): Promise<number> {
  const { containerID = '', state } = status?.containerStatuses?.[0] ?? {};
  for (let tries = 0; exits.of(containerID) === undefined && tries < 100; tries++) await sleep(10);
  const exit = exits.of(containerID);
  if (exit === undefined) throw new Error(`the runtime told no end of the container of ${metadata.name}`);
  const message = state?.terminated?.message;
  if (message !== undefined) endMs.push(exit - (JSON.parse(message) as { endedAt: number }).endedAt);
  return exit;
}

async function watch(): Promise<void> {
  for await (const { object } of api.follow<Pod>(PODS, 'bench=pod-end')) {
    const { name } = object.metadata;
    if (object.status?.phase !== 'Succeeded' || succeeded.has(name)) continue;
    succeeded.set(name, { at: unixMs(), pod: object });
    onSucceeded();
  }
}

function unixMs(): number {
  return performance.timeOrigin + performance.now();
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean, and how far off it may be. */
function around(values: readonly number[]): string {
  return `${mean(values).toFixed(0)} ± ${deviation(values).toFixed(0)} ms`;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}
