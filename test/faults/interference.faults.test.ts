import type { EvaluationId, EvaluationView, Fact, FactOf } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenHistory, messagesIn } from '../support/history.ts';
import { startFakeCluster, type FakeCluster } from '../support/kubernetes-system.ts';
import { allSettled } from '../support/settled.ts';
import type { System } from '../support/system.ts';

let stack: AsyncDisposableStack;
let cluster: FakeCluster;
let system: System;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  // Long enough for others to interfere while a pod runs.
  cluster = stack.use(await startFakeCluster({ runMs: 15_000 }));
  const deadlines = 'pod.create=10s+5s,log.capture=60s+60s';
  system = stack.use(
    await cluster.system({ LACUNA_DEADLINES: deadlines, LACUNA_QUIET: '200ms', LACUNA_REREAD: '100ms' }),
  );
});
afterAll(() => stack.disposeAsync());

const facts = (): Promise<Fact[]> => messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS');

/** All that was accepted here. */
const accepted: EvaluationId[] = [];

async function submit(): Promise<EvaluationId> {
  const { id } = await system.client.submit({ image: 'fake', command: ['true'], report: 'none' });
  accepted.push(id);
  return id;
}

function saw<T extends Fact['type']>(type: T, id: EvaluationId): Promise<FactOf<T>> {
  const find = async (): Promise<FactOf<T> | undefined> =>
    (await facts()).find((fact): fact is FactOf<T> => fact.type === type && fact.evaluation === id);
  return eventually(`${type} of ${id}`, find, { withinMs: 60_000 });
}

/** Changes an object as anybody may who has the right. */
async function patch(path: string, body: object): Promise<void> {
  const { status, text } = await cluster.request({
    method: 'PATCH',
    path,
    contentType: 'application/merge-patch+json',
    body,
  });
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`);
}
const jobOf = (id: EvaluationId): string => `/apis/batch/v1/namespaces/default/jobs/${id}-a1`;
const NO_LABELS = { metadata: { labels: { 'lacuna.dev/evaluation': null, 'lacuna.dev/attempt': null } } };

const RUNS_ON = { verdict: 'passed', evidence: { exitCode: 0, log: 'sealed' }, findings: [] };
const broken = (stage: string, cause: string, words: RegExp) => {
  const reason = expect.stringMatching(words) as string;
  return { verdict: 'error', reason, findings: [{ stage, cause, reason }] };
};

test('J20: what others change of a running Job or pod takes no proof away; without one it is an error that says what was done', async () => {
  const [unlabelledPod, unlabelledJob, two, none, pod, job] = await Promise.all([
    submit(),
    submit(),
    submit(),
    submit(),
    submit(),
    submit(),
  ]);
  const pods = await Promise.all(
    [unlabelledPod, unlabelledJob, two, none, pod, job].map(
      async (id) => (await saw('container-started', id)).data.pod,
    ),
  );
  await patch(`/api/v1/namespaces/default/pods/${pods[0]}`, NO_LABELS);
  await patch(jobOf(unlabelledJob), NO_LABELS);
  // A Job that is to complete once never has a second pod by that.
  await patch(jobOf(two), { spec: { parallelism: 2 } });
  await patch(jobOf(none), { spec: { parallelism: 0 } });

  // Both become one that is neither of them.
  const ofAnother = { metadata: { labels: { 'lacuna.dev/evaluation': two } } };
  await patch(`/api/v1/namespaces/default/pods/${pods[4]}`, ofAnother);
  await patch(jobOf(job), ofAnother);

  const ids = [unlabelledPod, unlabelledJob, two, none, pod, job];
  const views = await viewsOf(ids);
  expect
    .soft(views.get(unlabelledPod))
    .toMatchObject(broken('container.run', 'unknown', /took our labels off the pod/));
  expect.soft(views.get(unlabelledJob)).toMatchObject(RUNS_ON);
  expect.soft(views.get(two)).toMatchObject(RUNS_ON);
  expect.soft(views.get(pod)).toMatchObject(broken('container.run', 'unknown', /changed our labels on the pod/));
  expect.soft(views.get(job)).toMatchObject(RUNS_ON);
  const ofTwo = (await facts()).filter(({ evaluation }) => evaluation === two).map(({ type }) => type);
  expect.soft(ofTwo.filter((type) => type === 'pod-created' || type === 'orphan')).toEqual(['pod-created']);
  expect.soft(views.get(none)).toMatchObject(broken('container.run', 'deleted', /was deleted from outside/));
  expect.soft(await causesOf(none)).toContain('job-changed');
  await expectNothingLeft();
}, 400_000);

test('J20: a Job that others keep from its pod is a missing pod, with what they changed', async () => {
  const { controllerManager } = cluster.controlPlane;
  await controllerManager.kill();
  const [suspended, none, unlabelled] = await Promise.all([submit(), submit(), submit()]);
  const ids = [suspended, none, unlabelled];
  await Promise.all(ids.map((id) => saw('job-created', id)));
  await patch(jobOf(suspended), { spec: { suspend: true } });
  await patch(jobOf(none), { spec: { parallelism: 0 } });
  await patch(jobOf(unlabelled), NO_LABELS);
  await saw('job-gone', unlabelled);
  await controllerManager.restart();

  const views = await viewsOf(ids);
  const missing = (words: RegExp) => broken('pod.create', 'missing', words);
  expect.soft(views.get(suspended)).toMatchObject(missing(/Suspended: somebody suspended the Job/));
  expect.soft(views.get(none)).toMatchObject(missing(/ParallelismChanged: .* parallelism of the Job to 0/));
  expect
    .soft(views.get(unlabelled))
    .toMatchObject(broken('pod.create', 'deleted', /deleted .* or has lost our labels/));
  await expectNothingLeft();
}, 400_000);

async function viewsOf(ids: readonly EvaluationId[]): Promise<Map<EvaluationId, EvaluationView>> {
  return new Map((await allSettled(system.client, ids, 150_000)).map((view) => [view.id, view]));
}

async function causesOf(id: EvaluationId): Promise<string[]> {
  return (await system.client.diagnosis(id)).causes.map(({ cause }) => cause);
}

/** What was interfered with goes as everything does, and nothing of it was told wrongly. */
async function expectNothingLeft(): Promise<void> {
  expect(brokenHistory(accepted, await facts())).toEqual([]);
  await eventually('every Job is removed', async () => (await cluster.jobs()).length === 0, { withinMs: 60_000 });
}
