/**
 * k8s-watch beside a bare watch, on a real control plane with fake nodes, while pods are created at a steady pace: from the moment at which
 * the bare watch hears of a pod to the moment at which its `pod-created` fact is published. Then its memory with 10,000 pods that live: as it
 * has grown, and after a start that lists them all; with V8 bounded as the chart does it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { evaluationIdFrom, parseFactSubject } from '@lacuna/contracts';
import { eventually, freePort, startNats } from '@lacuna/testing';
import { connect } from 'nats';
import { ServiceProcess } from '../support/service-process.ts';
import { ApiClient } from './api-client.ts';
import { chartNodeOptions } from './chart-node-options.ts';
import { startLoadCluster } from './load-cluster.ts';
import { usageByProcess } from './process-usage.ts';
import { rateOf } from './side.ts';

const PACED = 3_000;
const PER_SECOND = 100;
const ALIVE = 10_000;
const TARGETS = { p99Ms: 250, residentMb: 250 };
const CONNECTIONS = 32;
const PODS = '/api/v1/namespaces/default/pods';
const LABEL = 'lacuna.dev/evaluation';
const WITHIN_MS = 120_000;

await using cluster = await startLoadCluster({ runMs: 86_400_000 });
await using nats = await startNats();
using api = await ApiClient.open(cluster, CONNECTIONS);
const watch = new ServiceProcess('k8s-watch', {
  LACUNA_NATS_URL: nats.url,
  LACUNA_CLUSTER: 'kubernetes',
  LACUNA_KUBECONFIG: cluster.kubeconfig,
  LACUNA_HEALTH_PORT: String(await freePort()),
  LACUNA_LOG_LEVEL: 'warn',
  NODE_OPTIONS: await chartNodeOptions('k8s-watch'),
});
watch.start();
await watch.ready();

const heard = new Map<string, number>();
const published = new Map<string, number>();
const running = new Set<string>();
const connection = await connect({ servers: nats.url });
const note = (type: string, onFact: (evaluation: string) => unknown): unknown =>
  connection.subscribe(`lacuna.evaluation.*.*.${type}.>`, {
    callback: (_, { subject }) => onFact(parseFactSubject(subject)?.evaluation ?? ''),
  });
note('pod-created', (evaluation) => published.set(evaluation, performance.now()));
note('container-started', (evaluation) => running.add(evaluation));
await connection.flush();
void follow().catch(() => undefined);

let made = 0;
for (const begin = performance.now(); made < PACED;) {
  const due = Math.min(PACED, Math.ceil(((performance.now() - begin) / 1_000) * PER_SECOND));
  await Promise.all(Array.from({ length: due - made }, create));
  await sleep(5);
}
await eventually('all facts published', () => published.size === PACED && heard.size === PACED, {
  withinMs: WITHIN_MS,
});
const late = [...heard].map(([id, at]) => (published.get(id) ?? Infinity) - at).sort((a, b) => a - b);
const [p50, p99] = [0.5, 0.99].map((part) => late[Math.floor(late.length * part)] ?? Number.NaN);
console.log(
  `pod-created at ${PER_SECOND} pods/s: p50 ${p50?.toFixed(0)} ms, p99 ${p99?.toFixed(0)} ms behind a bare watch ` +
    `(target p99 ${TARGETS.p99Ms} ms: ${(p99 ?? Infinity) <= TARGETS.p99Ms ? 'met' : 'MISSED'})`,
);

await rateOf(ALIVE - PACED, CONNECTIONS / 2, create);
await eventually('all pods run', () => running.size === ALIVE, { withinMs: WITHIN_MS });
await sayMemory(`grown to ${ALIVE.toLocaleString('en-US')} live pods`);
await watch.stop();
watch.start();
await watch.ready();
await sayMemory(`started among ${ALIVE.toLocaleString('en-US')} live pods`);
await watch.stop();
await connection.close();

async function follow(): Promise<void> {
  type Pod = { readonly metadata: { readonly labels: Readonly<Record<string, string>> } };
  for await (const { type, object } of api.follow<Pod>(PODS, LABEL))
    if (type === 'ADDED') heard.set(object.metadata.labels[LABEL] ?? '', performance.now());
}

async function create(): Promise<void> {
  const id = evaluationIdFrom(new Uint8Array(new BigUint64Array([BigInt(made++), 0n]).buffer));
  const labels = { [LABEL]: id, 'lacuna.dev/attempt': '1', 'app.kubernetes.io/managed-by': 'lacuna' };
  const spec = {
    restartPolicy: 'Never',
    nodeName: cluster.nodes[made % cluster.nodes.length],
    containers: [{ name: 'main', image: 'fake' }],
  };
  await api.call('POST', PODS, { apiVersion: 'v1', kind: 'Pod', metadata: { name: `${id}-a1-x`, labels }, spec });
}

async function sayMemory(when: string): Promise<void> {
  const mb = (await usageByProcess()).get('k8s-watch')?.residentMb ?? Number.NaN;
  const judged = mb <= TARGETS.residentMb ? 'met' : 'MISSED';
  console.log(`k8s-watch, ${when}: ${mb.toFixed(0)} MB resident (target ${TARGETS.residentMb} MB: ${judged})`);
}
