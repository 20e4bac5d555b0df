import type { EvaluationId, Fact, FactOf } from '@lacuna/contracts';
import {
  applyManifest,
  applyQuota,
  eventually,
  getJson,
  startTestControlPlane,
  startTestKwok,
  type ControlPlane,
} from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messagesIn } from '../support/history.ts';
import { runCli } from '../support/run-cli.ts';
import { allSettled, untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';

let stack: AsyncDisposableStack;
let controlPlane: ControlPlane;
let system: System;

/** Real controllers and pods that run for a moment and end with exit code 0; dispatch would have 30 of them side by side. */
beforeAll(async () => {
  stack = new AsyncDisposableStack();
  controlPlane = stack.use(await startTestControlPlane({ limits: { apiQps: 1_000, concurrentJobSyncs: 50 } }));
  stack.use(await startTestKwok(controlPlane, { runMs: 100 }));
  const env = {
    LACUNA_CLUSTER: 'kubernetes',
    LACUNA_KUBECONFIG: controlPlane.kubeconfig,
    LACUNA_CAPACITY: '30',
    LACUNA_DEADLINES: 'pod.create=5s+1s',
    LACUNA_REREAD: '100ms',
    LACUNA_DELAY_NOTICE: '1s',
  };
  system = stack.use(await startSystem({ env }));
}, 180_000);
afterAll(() => stack.disposeAsync());

const setQuota = (hard: Readonly<Record<string, string>>): Promise<void> =>
  applyQuota(controlPlane, { name: 'five', hard });

async function submit(count: number): Promise<EvaluationId[]> {
  const specs = Array.from({ length: count }, () => ({ image: 'fake:1', command: ['true'], report: 'none' }));
  return (await system.client.submitBatch(specs)).map((result) => {
    if (result.kind === 'refused') throw result.failure;
    return result.accepted.id;
  });
}

/** How many pods count now. */
async function podsInUse(): Promise<string | undefined> {
  const path = '/api/v1/namespaces/default/resourcequotas/five';
  return (await getJson<{ status: { used?: { pods?: string } } }>(controlPlane, path)).status.used?.pods;
}

test('a quota of 5 pods and 200 evaluations: all run, none fails, and each wait is explained', async () => {
  await setQuota({ pods: '5' });
  const facts = await factsOf(200);
  const of = Map.groupBy(facts, (fact) => fact.evaluation);
  const unexplained = [...of.values()].flatMap(unexplainedWaits);
  expect(unexplained).toEqual([]);
  const jobs = facts.filter((fact) => fact.type === 'job-created');
  const causes = Object.entries(Object.groupBy(jobs, (job) => mainCause(job) ?? 'none'));
  const waited = Object.fromEntries(causes.map(([cause, mine = []]) => [cause, mine.length]));
  // How many wait longest for the quota, and not for a slot, depends on how busy the machine is: once 46 of 200.
  expect(waited['quota'], JSON.stringify(waited)).toBeGreaterThan(0);
  for (const mine of of.values()) {
    expect(mine.filter(({ type }) => type === 'pod-created')).toHaveLength(1);
    expect(mine.find((fact) => fact.type === 'settled')?.data.evidence.exitCode).toBe(0);
  }
});

test('a quota that others use up: the wait ends with pod.create and the words of the cluster; when there is room, it goes on', async () => {
  await setQuota({ pods: '2' });
  await eventually('no pod of before counts any more', async () => (await podsInUse()) === '0', { withinMs: 60_000 });
  const foreign = ['a', 'b'].map((name) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: `foreign-${name}` } }));
  // Pods that no node will have count all the same.
  const spec = { nodeSelector: { nowhere: 'true' }, containers: [{ name: 'main', image: 'fake:1' }] };
  for (const pod of foreign) await applyManifest(controlPlane, { ...pod, spec });
  const { id } = await system.client.submit({ name: 'no-room', image: 'fake:1', command: ['true'], report: 'none' });
  const { code, stdout } = await runCli(['wait', id], { LACUNA_URL: system.url });
  expect(stdout).toMatch(
    /^\? no verdict {2}no-room {2}stuck in pod\.create for [\d.]+s \(owed within 5\.0s\): FailedCreate: .*exceeded quota: five, requested: pods=1, used: pods=2, limited: pods=2/,
  );
  expect(code).toBe(7);
  await setQuota({ pods: '5' });
  const view = await untilSettled(system.client, id);
  expect(view).toMatchObject({ phase: 'settled', evidence: { exitCode: 0 } });
});

/** All facts of so many evaluations, once the last of them is settled. */
async function factsOf(count: number): Promise<Fact[]> {
  await allSettled(system.client, await submit(count), 240_000);
  return messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS');
}

/** Waits of some seconds for the Job, or of more than the controllers themselves may take for the pod, of which no fact says why. */
function unexplainedWaits(facts: readonly Fact[]): string[] {
  const submitted = facts.find((fact) => fact.type === 'submitted');
  const job = facts.find((fact) => fact.type === 'job-created');
  const pod = facts.find((fact) => fact.type === 'pod-created');
  if (submitted === undefined || job === undefined || pod === undefined) return ['a fact is missing'];
  const inQueue = job.data.slotAt - submitted.at;
  const named = Object.values(job.data.delaysMs).reduce((sum, ms) => sum + ms, 0);
  const told = facts.some((fact) => fact.type === 'dispatch-delayed' && fact.data.cause === mainCause(job));
  const refused = facts.some((fact) => fact.type === 'cluster-warned' && fact.data.quota === 'full');
  const problems: string[] = [];
  if (inQueue > 5_000 && (!told || inQueue - named > 5_000))
    problems.push(`${job.evaluation}: ${inQueue} ms in the queue, ${JSON.stringify(job.data.delaysMs)}, told: ${told}`);
  if (pod.at - job.at > 15_000 && !refused) problems.push(`${job.evaluation}: ${pod.at - job.at} ms without a pod`);
  return problems;
}

/** What an evaluation waited for longest before it got its Job. */
function mainCause({ data }: FactOf<'job-created'>): string | undefined {
  return Object.entries(data.delaysMs).sort(([, a], [, b]) => b - a)[0]?.[0];
}
