/**
 * Jobs that dispatch creates from a queue, against Jobs that a bare API client creates, in turn on one control plane whose controllers are
 * stopped, so that nothing happens to a Job but its creation. The raw Jobs are the same objects as dispatch's, at the concurrency that
 * is best for them. Then, idle and one at a time: from the request to submit until the Job is there and the fact about it stored, against a raw create.
 */
import { createClient } from '@lacuna/client';
import { evaluationIdFrom, fact } from '@lacuna/contracts';
import { connectBus } from '@lacuna/messaging';
import { freePort, startNats, tempDir } from '@lacuna/testing';
import { randomBytes } from 'node:crypto';
import { connect } from 'nats';
import { ServiceProcess } from '../support/service-process.ts';
import { ApiClient } from './api-client.ts';
import { likeOfDispatch } from './like-of-dispatch.ts';
import { startLoadCluster } from './load-cluster.ts';
import { usageByProcess } from './process-usage.ts';
import { median, rateOf, report } from './side.ts';

const COUNT = 1_500;
const ROUNDS = 5;
const IDLE = 100;
const CONCURRENCIES = [8, 16, 32] as const;
const JOBS = '/apis/batch/v1/namespaces/default/jobs';

await using cluster = await startLoadCluster();
const { controlPlane } = cluster;
await controlPlane.controllerManager.kill();
await controlPlane.scheduler.kill();
await using nats = await startNats();
await using dir = await tempDir();
const ours: number[] = [];
const theirs: number[] = [];
const port = await freePort();
const shared = { LACUNA_NATS_URL: nats.url, LACUNA_DATA_DIR: dir.path, LACUNA_LOG_LEVEL: 'warn' };
const submit = new ServiceProcess('submit', { ...shared, LACUNA_PORT: String(port) });
const dispatch = new ServiceProcess('dispatch', {
  ...shared,
  LACUNA_HEALTH_PORT: String(await freePort()),
  LACUNA_CLUSTER: 'kubernetes',
  LACUNA_KUBECONFIG: cluster.kubeconfig,
  LACUNA_CAPACITY: '1000000',
});
const connection = await connect({ servers: nats.url });
const bus = await connectBus({ name: 'bench', servers: [nats.url], signal: new AbortController().signal });
await bus.provision({ create: true });

/**
 * Puts evaluations into the queue of a dispatch that is not there, starts it, and gives the Jobs a second from the first to the last. CPU time
 * is counted from the first of them: a start takes as much as a thousand Jobs.
 */
async function dispatched(count: number, spent = new Map<string, number>()): Promise<number> {
  const at = Date.now();
  const spec = { name: 'bench', image: 'fake', command: ['true'] };
  const data = { spec, specHash: 'a'.repeat(64), via: 'http' as const };
  const ids = Array.from({ length: count }, () => evaluationIdFrom(randomBytes(16)));
  await rateOf(count, 64, (i) => bus.publishFact(fact('submitted', { evaluation: ids[i]!, at }, data)));
  const created = connection.subscribe('lacuna.evaluation.*.*.job-created', { max: count });
  await connection.flush();
  let counted: ReturnType<typeof cpuMeter> | undefined;
  dispatch.start();
  let [first, last] = [0, 0];
  for await (const _ of created) {
    last = performance.now();
    counted ??= cpuMeter(spent);
    first ||= last;
  }
  await (
    await counted
  )?.();
  await dispatch.stop();
  return (count - 1) / ((last - first) / 1_000);
}

await dispatched(200);
using api = await ApiClient.open(cluster, Math.max(...CONCURRENCIES));
const like = await likeOfDispatch(controlPlane, { 'app.kubernetes.io/managed-by': 'bench' });
let made = 0;
const rawCreate = (): Promise<unknown> =>
  api.call('POST', JOBS, { ...like, metadata: { ...like.metadata, name: `raw-${process.pid}-${made++}` } });
const best = { rate: 0, concurrency: 0 };
for (const concurrency of CONCURRENCIES) {
  const rate = await rateOf(COUNT, concurrency, rawCreate);
  console.log(`raw, ${concurrency} at a time: ${rate.toFixed(0)}/s`);
  if (rate > best.rate) Object.assign(best, { rate, concurrency });
}
const cpu = { theirs: new Map<string, number>(), ours: new Map<string, number>() };
for (let round = 0; round < ROUNDS; round++) {
  const counted = await cpuMeter(cpu.theirs);
  theirs.push(await rateOf(COUNT, best.concurrency, rawCreate));
  await counted();
  ours.push(await dispatched(COUNT, cpu.ours));
}
report(`Jobs created by dispatch (raw: ${best.concurrency} at a time)`, { ours, theirs, target: 0.9 });
for (const [side, spent] of Object.entries(cpu)) {
  const each = [...spent].map(([name, ms]) => `${name} ${(ms / COUNT / ROUNDS).toFixed(2)}`);
  console.log(`  CPU ms a Job, ${side}: ${each.join(', ')}`);
}

submit.start();
dispatch.start();
await Promise.all([submit.ready(), dispatch.ready()]);
const client = createClient({ url: `http://127.0.0.1:${port}` });
const created = connection.subscribe('lacuna.evaluation.*.*.job-created')[Symbol.asyncIterator]();
const timeOf = async (task: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await task();
  return performance.now() - begin;
};
const submitted: number[] = [];
const alone: number[] = [];
for (let i = 0; i < IDLE; i++) {
  alone.push(await timeOf(rawCreate));
  submitted.push(
    await timeOf(async () => {
      await client.submit({ image: 'fake', command: ['true'] });
      await created.next();
    }),
  );
}
const above = median(submitted) - median(alone);
console.log(
  `idle, submit to Job created: p50 ${median(submitted).toFixed(1)} ms, raw create ${median(alone).toFixed(1)} ms, ` +
    `${above.toFixed(1)} ms above (target 15 ms: ${above <= 15 ? 'met' : 'MISSED'})`,
);
await Promise.all([submit.stop(), dispatch.stop()]);
await bus[Symbol.asyncDispose]();
await connection.close();

/** Begins to count the CPU time of every process, this one included; the answer adds what was spent since. */
async function cpuMeter(spent: Map<string, number>): Promise<() => Promise<void>> {
  const cpuByProcess = async (): Promise<ReadonlyMap<string, number>> => {
    const { user, system } = process.cpuUsage();
    const children = [...(await usageByProcess())].map(([name, { cpuMs }]) => [name, cpuMs] as const);
    return new Map([['bench', (user + system) / 1_000], ...children]);
  };
  const before = await cpuByProcess();
  return async () => {
    for (const [name, cpuMs] of await cpuByProcess())
      spent.set(name, (spent.get(name) ?? 0) + cpuMs - (before.get(name) ?? 0));
  };
}
