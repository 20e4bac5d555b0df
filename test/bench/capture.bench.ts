/**
 * Capturing a log from Kubernetes: log-collect as a process of its own, with the memory that the chart gives it, the real API server, and a fake
 * kubelet that serves as fast as it is read. Against a bare HTTP read of the same log through the same API server, which throws the bytes away.
 * And how much the process grows over logs of 1 GB, and how soon 50 logs are closed whose containers end at once.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { get } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { evaluationIdFrom, fact, podFactSubject, type FactData, type Seal } from '@lacuna/contracts';
import { connectBus } from '@lacuna/messaging';
import {
  eventually,
  freePort,
  startFakeKubelet,
  startNats,
  startTestControlPlane,
  type LogAnswer,
} from '@lacuna/testing';
import { ServiceProcess } from '../support/service-process.ts';
import { blocksOfLog, sealOfBlocks } from '../support/stamped-log.ts';
import { chartNodeOptions } from './chart-node-options.ts';
import { Costs } from './costs.ts';
import { report } from './side.ts';

const BLOCKS = 100;
const ROUNDS = 3;
const GIGABYTE_BLOCKS = 1_400;
const AT_ONCE = 50;

await using controlPlane = await startTestControlPlane();
await using nats = await startNats();
await using kubelet = await startFakeKubelet(controlPlane);
await using bus = await connectBus({ servers: [nats.url], name: 'bench' });
await bus.provision();
const collect = new ServiceProcess('log-collect', {
  LACUNA_NATS_URL: nats.url,
  LACUNA_CLUSTER: 'kubernetes',
  LACUNA_KUBECONFIG: controlPlane.kubeconfig,
  LACUNA_KUBE_NAMESPACE: 'default',
  LACUNA_SEAL: 'none',
  LACUNA_LOG_BUDGET: '10Gi',
  LACUNA_LOG_LEVEL: 'warn',
  LACUNA_HEALTH_PORT: String(await freePort()),
  NODE_OPTIONS: await chartNodeOptions('log-collect'),
});
collect.start();
await collect.ready();

let pods = 0;

/** A pod whose log is answered so, and the facts about its container. */
async function makePod(answer: LogAnswer) {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(0, pods++);
  const about = { evaluation: evaluationIdFrom(bytes), attempt: 1 };
  const pod = await kubelet.startPod(answer);
  const { podName, podUid } = pod.container;
  const container = { pod: podName, podUid, containerId: `fake://${podUid}` };
  return {
    podName,
    requests: () => pod.requests,
    start: () => bus.publishFact(fact('container-started', { ...about, at: Date.now() }, container)),
    end: (seal: Seal) =>
      bus.publishFact(
        fact('container-ended', { ...about, at: Date.now() }, { ...container, exitCode: 0, reason: 'Completed', seal }),
      ),
    async closed(): Promise<FactData<'log-closed'>['statement']> {
      const subject = podFactSubject('log-closed', { ...about, podUid });
      const { fact: closed } = await bus.awaitFact(subject, AbortSignal.timeout(300_000));
      return (closed.data as FactData<'log-closed'>).statement;
    },
  };
}

const serve =
  (blocks: number): LogAnswer =>
  async (response, { timestamps }) => {
    for (const block of blocksOfLog(blocks, timestamps)) if (!response.write(block)) await once(response, 'drain');
    response.end();
  };

/** Bytes of log a second, as anybody reads them who wants the log and nothing else. */
async function bareRead(name: string, bytes: number): Promise<number> {
  const ca = await readFile(controlPlane.caFile);
  const url = `${controlPlane.url}/api/v1/namespaces/default/pods/${name}/log?container=main`;
  const begin = performance.now();
  const request = get(url, { ca, agent: false, headers: { authorization: `Bearer ${controlPlane.admin.token}` } });
  const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
  for await (const _ of response);
  return bytes / (performance.now() - begin);
}

async function capture(blocks: number, seal: Seal): Promise<number> {
  const pod = await makePod(serve(blocks));
  const begin = performance.now();
  await pod.start();
  await pod.end(seal);
  const statement = await pod.closed();
  const ms = performance.now() - begin;
  if (statement.state !== 'sealed') throw new Error(`not sealed: ${JSON.stringify(statement)}`);
  return seal.bytes / ms;
}

/** Of a log of so many blocks, both sides in turn. */
async function compare(blocks: number): Promise<void> {
  const seal = sealOfBlocks(blocks);
  const bare = await makePod(serve(blocks));
  await capture(blocks, seal);
  const [ours, theirs]: [number[], number[]] = [[], []];
  const [ourCosts, theirCosts] = [new Costs(seal.bytes), new Costs(seal.bytes)];
  for (let round = 0; round < ROUNDS; round++) {
    theirs.push((await theirCosts.of(() => bareRead(bare.podName, seal.bytes))) / 1_000);
    ours.push((await ourCosts.of(() => capture(blocks, seal))) / 1_000);
  }
  report(`capture of a log of ${(seal.bytes / 1e6).toFixed(0)} MB, in MB`, { ours, theirs, target: 0.8 });
  console.log(`CPU of a byte, in ns: bare read ${theirCosts.text()}; capture ${ourCosts.text()}`);
}

await compare(BLOCKS);
const residentMb = async (field: string): Promise<number> =>
  Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(await readFile(`/proc/${collect.pid}/status`, 'utf8'))?.[1]) / 1_024;
const before = await residentMb('VmHWM');
await compare(GIGABYTE_BLOCKS);
const growth = (await residentMb('VmHWM')) - before;
console.log(
  `growth of log-collect's peak over logs of a gigabyte: ${growth.toFixed(0)} MB (target 64 MB: ${growth <= 64 ? 'met' : 'MISSED'})`,
);

const line = Buffer.from('2026-01-02T00:00:00.000000001Z one line\n');
const ends = Promise.withResolvers<void>();
const followed = await Promise.all(
  Array.from({ length: AT_ONCE }, () =>
    makePod(async (response, { follow }) => {
      response.write(line);
      if (follow) await ends.promise;
      response.end();
    }),
  ),
);
await Promise.all(followed.map((pod) => pod.start()));
await eventually('all are followed', () => followed.every(({ requests }) => requests() > 0), {
  withinMs: 60_000,
});
await delay(500);
const sha256 = createHash('sha256').update('one line\n').digest('hex');
const one: Seal = { v: 1, bytes: 9, lines: 1, sha256, endedAt: 0, drainMs: 0 };
ends.resolve();
const begin = performance.now();
const waits = await Promise.all(
  followed.map(async (pod) => {
    await pod.end(one);
    await pod.closed();
    return performance.now() - begin;
  }),
);
const p95 = waits.sort((a, b) => a - b)[Math.floor(AT_ONCE * 0.95)] ?? Number.NaN;
console.log(
  `${AT_ONCE} containers end at once: log closed p95 ${p95.toFixed(0)} ms (target 1000 ms: ${p95 <= 1_000 ? 'met' : 'MISSED'})`,
);
await collect.stop();
