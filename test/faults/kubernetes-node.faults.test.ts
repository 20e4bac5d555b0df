import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import type { Alert, EvaluationId, EvaluationSpec, Fact, FactOf } from '@lacuna/contracts';
import { applyManifest, eventually } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenHistory, messagesIn } from '../support/history.ts';
import { startRealCluster, type RealCluster } from '../support/kubernetes-system.ts';
import { shareOfNode, startRival } from '../support/rival.ts';
import { allSettled } from '../support/settled.ts';
import type { System } from '../support/system.ts';
import { wholeTrace } from '../support/whole-trace.ts';

let stack: AsyncDisposableStack;
let cluster: RealCluster;
let system: System;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  cluster = stack.use(await startRealCluster());
  // Shorter than in production, where a node has to be silent for longer before its pods are given up.
  system = stack.use(
    await cluster.system({ LACUNA_NODE_LEASE: '2s', LACUNA_CAPACITY: '40', LACUNA_DEADLINES: 'log.capture=60s+60s' }),
  );
});
afterAll(() => stack.disposeAsync());

const shell = (script: string): string[] => ['sh', '-c', script];
const facts = (): Promise<Fact[]> => messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS');
const alertsOf = async (id: EvaluationId): Promise<string[]> =>
  (await messagesIn<Alert>(system.nats.url, 'LACUNA_ALERTS'))
    .filter(({ evaluation, status }) => evaluation === id && status === 'raised')
    .map(({ stage, cause }) => `${stage} ${cause}`);

/** Alerts are sent behind the verdict. */
const told = (id: EvaluationId): Promise<string[]> =>
  eventually(`an alert of ${id}`, async () => {
    const alerts = await alertsOf(id);
    return alerts.length > 0 && alerts;
  });

/** All that was accepted here. */
const accepted: EvaluationId[] = [];

async function submit(spec: Partial<EvaluationSpec> & { readonly command: string[] }): Promise<EvaluationId> {
  const { id } = await system.client.submit({ name: 'node', image: 'localhost/busybox:1', report: 'none', ...spec });
  accepted.push(id);
  return id;
}

function saw<T extends Fact['type']>(type: T, id: EvaluationId): Promise<FactOf<T>> {
  const find = async (): Promise<FactOf<T> | undefined> =>
    (await facts()).find((fact): fact is FactOf<T> => fact.type === type && fact.evaluation === id);
  return eventually(`${type} of ${id}`, find, { withinMs: 150_000 });
}
const started = (id: EvaluationId): Promise<FactOf<'container-started'>> => saw('container-started', id);

async function logOf(id: EvaluationId): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await system.client.log(id)).body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('J29, J12, J15, J6, J10: a kubelet that is killed and comes back, and what else ends a container, each with its own verdict', async () => {
  const childKilled = await submit({
    command: shell('head -c 100000000 /dev/zero | tail | wc -c; exit 0'),
    resources: { memory: '20Mi' },
  });
  const noProgram = await submit({ command: ['/no/such/program'] });
  const deleted = await submit({ command: shell('echo hi; sleep 300') });
  // More than its /tmp may hold; the kubelet looks every ten seconds.
  const evicted = await submit({ command: shell('dd if=/dev/zero of=/tmp/big bs=1M count=300; sleep 300') });
  // A kubelet that dies while it starts a container makes that a start that failed, of whatever was to run.
  await Promise.all([...[childKilled, deleted, evicted].map(started), saw('container-ended', noProgram)]);
  const steady = await Promise.all(
    Array.from({ length: 4 }, () => submit({ command: shell('echo start; sleep 8; echo end') })),
  );
  await Promise.all(steady.map(started));
  await cluster.node.kubelet.kill();
  await pass(3_000);
  await cluster.node.kubelet.restart();
  const { pod } = (await started(deleted)).data;
  await cluster.request({
    method: 'DELETE',
    path: `/api/v1/namespaces/default/pods/${pod}`,
    body: { gracePeriodSeconds: 0 },
  });

  const ids = [...steady, childKilled, noProgram, deleted, evicted];
  const views = new Map((await allSettled(system.client, ids, 180_000)).map((view) => [view.id, view]));
  for (const id of steady) {
    expect.soft(views.get(id)).toMatchObject({ verdict: 'passed', evidence: { exitCode: 0, log: 'sealed' } });
    expect.soft(await logOf(id)).toBe('start\nend\n');
  }
  const error = (reason: RegExp) => ({ verdict: 'error', reason: expect.stringMatching(reason) as string });
  expect
    .soft(views.get(childKilled))
    .toMatchObject({ ...error(/OOMKilled: a process .* ended with 0/), evidence: { exitCode: 0 } });
  expect.soft(views.get(noProgram)).toMatchObject(error(/StartError: .*no such file/));
  expect.soft(views.get(deleted)).toMatchObject(error(/deleted/));
  expect.soft(views.get(evicted)).toMatchObject(error(/exceeds the limit/));
  const alerts = await Promise.all([childKilled, noProgram, deleted, evicted].map(told));
  expect.soft(alerts).toEqual([
    ['container.run oom-killed'],
    // The helper runs until it knows that there is no such program; the watch may see that, and may not.
    [expect.stringMatching(/^container\.(start|run) start-error$/) as string],
    ['container.run deleted'],
    ['container.run evicted'],
  ]);
  expect(brokenHistory(accepted, await facts())).toEqual([]);
}, 400_000);

test('J29: a kubelet that is killed twice under 200 evaluations: all of them pass, those whose start it broke off with another attempt', async () => {
  const spec = { image: 'localhost/busybox:1', report: 'none', command: shell('echo start; sleep 1; echo end') };
  const results = await system.client.submitBatch(Array.from({ length: 200 }, () => ({ ...spec, retries: 2 })));
  const ids = results.map((result) => {
    if (result.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
    return result.accepted.id;
  });
  accepted.push(...ids);
  const startedOf = async (): Promise<number> =>
    (await facts()).filter(({ type, evaluation }) => type === 'container-started' && ids.includes(evaluation)).length;
  for (const count of [50, 130]) {
    await eventually(`${count} of them run`, async () => (await startedOf()) >= count, { withinMs: 200_000 });
    await cluster.node.kubelet.kill();
    await pass(3_000);
    await cluster.node.kubelet.restart();
  }
  const logSha256 = createHash('sha256').update('start\nend\n').digest('hex');
  const views = await allSettled(system.client, ids, 300_000);
  for (const view of views) {
    expect.soft(view).toMatchObject({ verdict: 'passed', evidence: { exitCode: 0, log: 'sealed', logSha256 } });
    // Nobody is told of a hole that was none: what was cut short is, and that it was made good.
    const made = { cause: 'start-interrupted', clearedAt: expect.any(Number) as number };
    expect.soft(view.findings).toEqual(view.findings.map((one) => ({ ...one, ...made })));
  }
  expect(brokenHistory(accepted, await facts())).toEqual([]);
}, 600_000);

test('L22: a log that has its pod evicted is an error in the words of the kubelet, and its log is not called whole', async () => {
  // The one way to such a limit: a spec has none, and a namespace may give one to every container.
  const path = '/api/v1/namespaces/default/limitranges/small';
  const limits = [{ type: 'Container', default: { 'ephemeral-storage': '20Mi' } }];
  await applyManifest(cluster.controlPlane, {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'small', namespace: 'default' },
    spec: { limits },
  });
  // It goes on when it is asked to end, so it is killed before its helper can seal.
  const id = await submit({ command: shell('trap "" TERM; while :; do yes | head -c 4000000; sleep 0.5; done') });
  await started(id);
  expect((await cluster.request({ method: 'DELETE', path })).status).toBe(200);
  const [view] = await allSettled(system.client, [id], 180_000);
  expect(view).toMatchObject({
    verdict: 'error',
    reason: expect.stringMatching(/^Evicted: .*exceed.* 20Mi/) as string,
    evidence: {
      log: expect.stringMatching(/^(unsealed|none)$/) as string,
      // The pod may be told as gone before the end of its container.
      absent: expect.arrayContaining(['seal']) as string[],
    },
  });
  expect(view?.attempts[0]?.log?.reason).toMatch(/^no seal came with the end of the container \(Evicted/);
  // How much was written nobody counted. What is there is its beginning, and nothing that the kubelet said when it took the rest away.
  expect((await logOf(id)).replace(/^(?:y\n)*y?/, '')).toBe('');
  expect(await told(id)).toEqual(['container.run evicted']);
}, 400_000);

test('J11: on a full node the scheduler preempts two evaluations for a pod of higher priority; the one that may be retried passes then, and both traces say why', async () => {
  const resources = { cpu: await shareOfNode(cluster, 0.45) };
  // The name of the pod says which attempt it is.
  const command = shell('echo start; case $HOSTNAME in *-a1-*) exec sleep 300;; esac');
  const lost = await submit({ command, resources });
  const again = await submit({ command, resources, retries: 1 });
  await Promise.all([lost, again].map(started));
  {
    await using rival = await startRival(cluster, await shareOfNode(cluster, 0.8));
    await rival.running();
    await eventually('its second attempt', async () => (await system.client.get(again)).attempts[1]?.podUids[0], {
      withinMs: 90_000,
    });
  }
  const words = /Preempted: PreemptionByScheduler: default-scheduler: preempting to accommodate a higher priority pod/;
  const views = await allSettled(system.client, [lost, again], 150_000);
  expect(views[0]).toMatchObject({ verdict: 'error', reason: expect.stringMatching(words) as string });
  expect(views[1]).toMatchObject({
    verdict: 'passed',
    reason: expect.stringMatching(/\(attempt 2; attempt 1: infrastructure: Preempted/) as string,
    evidence: { exitCode: 0, log: 'sealed' },
    findings: [{ stage: 'container.run', cause: 'preempted', clearedAt: expect.any(Number) as number }],
  });
  for (const id of [lost, again]) {
    const spans = await wholeTrace(system.jaeger, id);
    const broken = spans.find(({ name }) => name === 'container.run preempted');
    // As it was told, which may have been before the end of its container.
    expect.soft(broken?.attributes['otel.status_description']).toMatch(/PreemptionByScheduler: default-scheduler: pre/);
    expect.soft(spans.some(({ name }) => name === 'retry: infrastructure')).toBe(id === again);
  }
}, 400_000);

test('J9: a node that is silent is told as lost when our own lease is over, and what the program did is told when the node comes back', async () => {
  const id = await submit({ command: shell('until [ -e /tmp/end ]; do sleep 0.1; done; echo end') });
  const { podUid } = (await started(id)).data;
  await cluster.node.kubelet.kill();
  // What the node controller writes after 50 s of silence.
  const conditions = [
    { type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting' },
  ];
  const patched = await cluster.request({
    method: 'PATCH',
    path: `/api/v1/nodes/${cluster.node.name}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body: { status: { conditions } },
  });
  expect(patched.status).toBe(200);
  await eventually('the alert', async () => (await alertsOf(id)).includes('container.run node-lost'), {
    withinMs: 60_000,
  });
  // Nobody but us can tell it to end now.
  const volumes = join(dirname(cluster.node.podLogs), 'kubelet/pods', podUid, 'volumes');
  await writeFile(join(volumes, 'kubernetes.io~empty-dir/tmp/end'), '');
  await cluster.node.kubelet.restart();
  const [view] = await allSettled(system.client, [id], 150_000);
  expect(view).toMatchObject({ verdict: 'passed', evidence: { exitCode: 0, log: 'sealed' } });
  expect(view?.findings.find(({ cause }) => cause === 'node-lost')).toMatchObject({
    reason: expect.stringMatching(/has not been ready .*Kubelet stopped posting/) as string,
    clearedAt: expect.any(Number) as number,
  });
  expect(await logOf(id)).toBe('end\n');
}, 400_000);
