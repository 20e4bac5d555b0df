import { setTimeout as pass } from 'node:timers/promises';
import { evaluationIdFrom, traceIdOf, type Alert, type EvaluationId, type Fact } from '@lacuna/contracts';
import { applyManifest, applyQuota, eventually } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenAlerts, brokenHistory, messagesIn } from '../support/history.ts';
import { startFakeCluster, type FakeCluster } from '../support/kubernetes-system.ts';
import { allSettled } from '../support/settled.ts';
import { storedIn } from '../support/stored-in.ts';
import type { System } from '../support/system.ts';

/** A fake node runs nothing: every pod ends with 0 and the true seal of its log. */
const PASSED = { verdict: 'passed', evidence: { exitCode: 0, log: 'sealed' } };
/** A Job controller that is killed may start a Job once more when it is back (fault J7): the cluster's doing, told also when it comes after the verdict. */
const RAN_TWICE = {
  findings: expect.arrayContaining([expect.objectContaining({ cause: 'duplicate-start' })]) as unknown,
};
/** A pod, in the namespace that denies all of them. */
const OWED_MS = 5_000;
const FAST_LOGS = { LACUNA_QUIET: '200ms', LACUNA_REREAD: '100ms' };

let cluster: FakeCluster;
beforeAll(async () => {
  cluster = await startFakeCluster({ runMs: 300 });
});
afterAll(() => cluster[Symbol.asyncDispose]());

const facts = (system: System): Promise<Fact[]> => messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS');
const alerts = (system: System): Promise<Alert[]> => messagesIn<Alert>(system.nats.url, 'LACUNA_ALERTS');

const startsOf = (id: EvaluationId, known: readonly Fact[]): number =>
  known.filter(({ type, evaluation }) => type === 'container-started' && evaluation === id).length;

async function submit({ client }: System, count: number): Promise<EvaluationId[]> {
  const spec = { name: 'chaos', image: 'fake', command: ['true'], report: 'none' };
  const results = await client.submitBatch(Array.from({ length: count }, () => spec));
  return results.map((result) => {
    if (result.kind !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(result)}`);
    return result.accepted.id;
  });
}

async function namespace(name: string, hard?: Readonly<Record<string, string>>): Promise<void> {
  await applyManifest(cluster.controlPlane, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  if (hard !== undefined) await applyQuota(cluster.controlPlane, { name: 'none', namespace: name, hard });
}

test('W4, W5, W14, J24, J30: the API server killed, etcd silent and the controllers killed under 200 evaluations; all settle rightly, and what the cluster ran twice is told', async () => {
  const { apiServer, etcd, controllerManager } = cluster.controlPlane;
  await using system = await cluster.system({
    ...FAST_LOGS,
    LACUNA_CAPACITY: '50',
    // None of these faults is longer than what is owed here, so none of them may be a finding.
    LACUNA_DEADLINES: 'job.create=60s+60s,pod.create=60s+60s,log.capture=60s+60s',
  });
  const ids = await submit(system, 60);
  await pass(1_000);
  await apiServer.kill();
  ids.push(...(await submit(system, 50)));
  await apiServer.restart();
  ids.push(...(await submit(system, 40)));
  await pass(500);
  etcd.pause();
  await pass(4_000);
  etcd.resume();
  ids.push(...(await submit(system, 50)));
  await pass(500);
  await controllerManager.kill();
  await pass(2_000);
  await controllerManager.restart();

  await allSettled(system.client, ids, 180_000);
  // What the cluster starts once more behind the verdict is told a moment after it.
  const known = await eventually('every second start is told', async () => {
    const all = await facts(system);
    const problems = brokenHistory(ids, all);
    if (problems.length > 0) throw new Error(problems.slice(0, 5).join('; '));
    return all;
  });
  for (const view of await allSettled(system.client, ids, 20_000))
    expect.soft(view).toMatchObject(startsOf(view.id, known) > 1 ? RAN_TWICE : PASSED);
  await eventually('every Job is removed', async () => (await cluster.jobs()).length === 0, { withinMs: 60_000 });
}, 300_000);

test("J1: in a namespace that denies every pod each of 50 evaluations is a missing pod.create with the API server's words, and one alert, within 5 s of its deadline", async () => {
  await namespace('denied', { pods: '0' });
  await using system = await cluster.system({
    LACUNA_KUBE_NAMESPACE: 'denied',
    LACUNA_CAPACITY: '50',
    LACUNA_DEADLINES: `pod.create=${OWED_MS}ms+1s`,
  });
  const ids = await submit(system, 50);
  for (const view of await allSettled(system.client, ids, 120_000)) {
    expect.soft(view).toMatchObject({ verdict: 'error', reason: expect.stringMatching(/exceeded quota: none/) });
  }
  const raised = (await facts(system)).filter((fact) => fact.type === 'finding-raised');
  expect(raised).toHaveLength(ids.length);
  const owed = new Map(ids.map((id) => [id, 'pod.create missing']));
  await eventually('one alert each', async () => {
    const problems = brokenAlerts(owed, await alerts(system));
    if (problems.length > 0) throw new Error(problems.slice(0, 5).join('; '));
    return true;
  });
  // Whoever follows the alerts has each within 5 s of its deadline.
  const deadlines = new Map(
    (await facts(system)).flatMap(({ type, evaluation, seenAt }) =>
      type === 'job-created' ? [[evaluation, seenAt + OWED_MS]] : [],
    ),
  );
  const told = await storedIn<Alert>(system.nats.url, 'LACUNA_ALERTS');
  const late = told.map(({ message, at }) => at - (deadlines.get(message.evaluation) ?? 0));
  expect(Math.max(...late)).toBeLessThan(5_000);
  for (const id of ids) {
    const findHole = async () =>
      (await system.jaeger.trace(traceIdOf(id)))?.find(({ name }) => name === 'pod.create missing');
    const hole = await eventually(`the hole in the trace of ${id}`, findHole, { withinMs: 60_000 });
    expect.soft(hole.attributes['otel.status_description']).toMatch(/FailedCreate: .*exceeded quota: none/);
  }
}, 300_000);

test('J30: a Job with our labels that nobody accepted is told within its time as an orphan, by metric and alert, left alone, and resolved when it is gone', async () => {
  await namespace('orphans');
  const env = { LACUNA_KUBE_NAMESPACE: 'orphans', LACUNA_ORPHAN_AFTER: '1s' };
  await using system = await cluster.system(env, ['k8s-watch', 'trace-audit']);
  const evaluation = evaluationIdFrom(new Uint8Array(16).fill(7));
  const labels = { 'lacuna.dev/evaluation': evaluation, 'lacuna.dev/attempt': '1' };
  const name = `${evaluation}-a1`;
  const spec = {
    suspend: true,
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x' }] } },
  };
  await applyManifest(cluster.controlPlane, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace: 'orphans', labels },
    spec,
  });
  const told = async (status: Alert['status']): Promise<Alert | undefined> =>
    (await alerts(system)).find((alert) => alert.stage === 'cluster' && alert.status === status);
  const raised = await eventually('the alert', () => told('raised'), { withinMs: 60_000 });
  expect(raised).toMatchObject({
    evaluation,
    cause: 'orphan-unaccepted',
    reason: expect.stringContaining(name) as string,
  });
  expect(await system.services['k8s-watch'].metric('lacuna_orphans')).toBe(1);
  expect(await cluster.jobs('orphans')).toEqual([name]);
  await cluster.request({ method: 'DELETE', path: `/apis/batch/v1/namespaces/orphans/jobs/${name}` });
  await eventually('the resolved alert', () => told('resolved'), { withinMs: 60_000 });
}, 300_000);
