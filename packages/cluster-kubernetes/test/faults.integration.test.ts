import { KubeConfig } from '@kubernetes/client-node';
import { PROGRAMS, type Session } from '@lacuna/cluster/conformance';
import { applyManifest, applyQuota, eventually } from '@lacuna/testing';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiPod } from '../src/api-objects.ts';
import { jobsPath } from '../src/collections.ts';
import { KubeConnection } from '../src/kube-connection.ts';
import { TIMINGS } from '../src/timings.ts';
import { describeOn } from './describe-on.ts';
import type { DirectAccess } from './direct-access.ts';
import { openSubject, type KubernetesSubject } from './kubernetes-subject.ts';

/** Longer than the API server keeps a request waiting: ten seconds until it knows a new quota. */
const PATIENCE = { withinMs: 60_000 };

/** A real API server and its real controllers behind a proxy that breaks things. No pod has a node here. */
describeOn('none', 'a cluster in trouble', () => {
  let subject: KubernetesSubject;
  let direct: DirectAccess;
  let session: Session;

  beforeAll(async () => {
    const timings = { inactivityMs: 1_500, maxBackoffMs: 500, requestMs: 4_000 };
    subject = await openSubject('none', { timings });
    ({ direct, session } = subject);
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  const request = () => session.request(PROGRAMS.silent);
  const ensure = (asked: ReturnType<typeof request>) => subject.cluster.ensure(asked, session.signal);
  const podOf = (job: string): Promise<ApiPod> =>
    eventually(`a pod of ${job}`, async () => (await direct.pods(job))[0], PATIENCE);

  /** The cluster as a tenant sees it whose quota allows none of something. */
  async function without(resource: 'pods' | 'count/jobs.batch', namespace: string) {
    await applyManifest(subject.controlPlane, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await applyQuota(subject.controlPlane, { name: 'none', namespace, hard: { [resource]: '0' } });
    return subject.reopen({ namespace });
  }

  test('J1: a Job that never gets a pod is told with the quota that is in its way, and with no pod', async () => {
    await using cluster = await without('pods', 'no-pods');
    await using watch = session.watch(cluster);
    const outcome = await cluster.ensure(request(), session.signal);
    if (outcome.kind !== 'created') throw new Error(`expected created, got ${JSON.stringify(outcome)}`);
    const { uid } = outcome;
    const failed = () => watch.warnings(uid).find(({ reason }) => reason === 'FailedCreate');
    const warning = await watch.until('FailedCreate', failed);
    expect(warning).toMatchObject({
      object: 'job',
      message: expect.stringContaining('exceeded quota: none') as string,
    });
    expect([watch.pods(uid), watch.job(uid)?.finished]).toEqual([[], undefined]);
  });

  test('a quota that allows no Job is told as quota, to be tried again', async () => {
    await using cluster = await without('count/jobs.batch', 'no-jobs');
    const outcome = await eventually(
      'the quota counts',
      async () => {
        const answer = await cluster.ensure(request(), session.signal);
        return answer.kind === 'quota' && answer;
      },
      PATIENCE,
    );
    expect(outcome.message).toContain('exceeded quota: none');
  });

  test('a Job without a pod can be stopped, and is then finished as Stopped', async () => {
    await using cluster = await without('pods', 'no-pods-to-stop');
    await using watch = session.watch(cluster);
    const asked = request();
    const outcome = await cluster.ensure(asked, session.signal);
    if (outcome.kind !== 'created') throw new Error(`expected created, got ${JSON.stringify(outcome)}`);
    await watch.until('FailedCreate', () => watch.warnings(outcome.uid)[0]);
    expect(await cluster.stop({ name: asked.name, uid: outcome.uid }, session.signal)).toEqual({ kind: 'done' });
    expect(await watch.finished(outcome.uid)).toMatchObject({ succeeded: false, reason: 'Stopped' });
  });

  test('a pod that waits for a node can be stopped, and is told as Stopped and taken away by nobody else', async () => {
    await using watch = session.watch();
    // What comes and goes before the first listing is told by nobody.
    await watch.synced();
    const ref = await session.start(request());
    await podOf(ref.name);
    expect(await subject.cluster.stop(ref, session.signal)).toEqual({ kind: 'done' });
    expect(await watch.ended(ref.uid)).toMatchObject({ reason: 'Stopped' });
    expect(watch.pods(ref.uid)[0]?.gone).toBeUndefined();
    expect(await watch.finished(ref.uid)).toMatchObject({ succeeded: false });
  });

  test('J6: a pod deleted by force is told as gone, with no end made up for its container', async () => {
    await using watch = session.watch();
    // What comes and goes before the first listing is told by nobody.
    await watch.synced();
    const asked = request();
    const { uid } = await session.start(asked);
    const { metadata } = await podOf(asked.name);
    await direct.deletePod(metadata?.name ?? '', { gracePeriodSeconds: 0 });
    await watch.vanished(metadata?.uid ?? '');
    expect(await watch.finished(uid)).toMatchObject({ succeeded: false });
    expect(watch.pods(uid)).toMatchObject([{ gone: { cause: 'deleted' } }]);
    expect(watch.pods(uid)[0]?.ended).toBeUndefined();
  });

  test('J16: a pod that no node can take is told with the words of the scheduler', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(request());
    const told = await watch.until('unschedulable', () => watch.pods(uid)[0]?.unschedulable);
    expect(told.message).toContain('no nodes available');
  });

  test('J21: a Job of somebody else with the name is a collision, and stays as it is', async () => {
    const asked = request();
    const containers = [{ name: 'theirs', image: 'theirs' }];
    const spec = { suspend: true, template: { spec: { restartPolicy: 'Never', containers } } };
    const theirs = { name: asked.name, namespace: subject.namespace };
    await applyManifest(subject.controlPlane, { apiVersion: 'batch/v1', kind: 'Job', metadata: theirs, spec });
    expect(await ensure(asked)).toMatchObject({ kind: 'collision' });
    const { metadata } = await direct.job(asked.name);
    expect(metadata?.labels).not.toHaveProperty(['lacuna.dev/evaluation']);
    expect(metadata?.deletionTimestamp).toBeUndefined();
  });

  test('J25: when the answer to a create is lost, the Job that it made is adopted', async () => {
    const asked = request();
    await ensure(request());
    subject.proxy.loseNextAnswer();
    const outcome = await ensure(asked);
    expect(subject.proxy.answersToLose).toBe(0);
    const { metadata } = await direct.job(asked.name);
    expect(outcome).toMatchObject({ kind: 'adopted', uid: metadata?.uid });
  });

  test('J22: a create whose answer is lost makes one Job when it is asked again, where a generated name makes two', async () => {
    const config = new KubeConfig();
    config.loadFromFile(join(subject.controlPlane.dataDir, 'proxied.kubeconfig'));
    await using plain = new KubeConnection(config, { ...TIMINGS, requestMs: 4_000 });
    const containers = [{ name: 'main', image: 'none' }];
    const spec = { suspend: true, template: { spec: { restartPolicy: 'Never', containers } } };
    const create = async (generateName: string): Promise<unknown> => {
      const body = { apiVersion: 'batch/v1', kind: 'Job', metadata: { generateName }, spec };
      return plain.call({ method: 'POST', path: jobsPath(subject.namespace), body }, session.signal);
    };
    const made = async (): Promise<string[]> => {
      // A connection that is made and idle: else the break comes in a handshake, before the request is sent.
      await plain.call({ path: jobsPath(subject.namespace) }, session.signal);
      return direct.jobNames('generated-');
    };
    while ((await made()).length === 0) {
      subject.proxy.loseNextAnswer();
      expect(await create('generated-').catch(() => 'lost')).toBe('lost');
    }
    await create('generated-');
    expect(await made()).toHaveLength(2);

    const asked = request();
    await ensure(request());
    subject.proxy.loseNextAnswer();
    await ensure(asked);
    await ensure(asked);
    expect(subject.proxy.answersToLose).toBe(0);
    expect(await direct.jobNames(asked.name)).toEqual([asked.name]);
  });

  test('J26: a name that is too long for Kubernetes is denied with its words', async () => {
    const outcome = await ensure({ ...request(), name: 'x'.repeat(64) });
    expect(outcome).toMatchObject({ kind: 'denied', message: expect.stringContaining('63') as string });
  });

  test('W4: what happens while the connections are frozen is told once that is noticed', async () => {
    await using watch = session.watch();
    await watch.synced();
    subject.proxy.freeze();
    const asked = request();
    const outcome = await ensure(asked);
    expect(outcome).toMatchObject({
      kind: 'unavailable',
      message: expect.stringContaining('there is no such Job') as string,
    });
    const { uid } = await session.start(asked);
    await watch.until('the Job', () => watch.job(uid));
    await watch.synced(2);
  });

  test('W8: a Job and its pod that were deleted while nobody could watch are told as vanished', async () => {
    await using watch = session.watch();
    const asked = request();
    const { uid } = await session.start(asked);
    const pod = await podOf(asked.name);
    await watch.until('the Job and the pod', () => watch.job(uid) && watch.pods(uid)[0]);
    await watch.synced();
    subject.proxy.refuse();
    await direct.deleteJob(asked.name);
    await eventually('the pod is gone', async () => (await direct.pods(asked.name)).length === 0, PATIENCE);
    expect(watch.isGone(uid)).toBe(false);
    subject.proxy.accept();
    await Promise.all([watch.vanished(uid), watch.vanished(pod.metadata?.uid ?? '')]);
  });

  test('J24: while etcd is silent a create is unavailable, and afterwards there is one Job', async () => {
    const asked = request();
    subject.controlPlane.etcd.pause();
    expect((await ensure(asked)).kind).toBe('unavailable');
    subject.controlPlane.etcd.resume();
    const outcome = await eventually(
      'the Job',
      async () => {
        const answer = await ensure(asked);
        return 'uid' in answer && answer;
      },
      PATIENCE,
    );
    expect((await direct.job(asked.name)).metadata?.uid).toBe(outcome.uid);
  });

  test('W14: an API server that is killed and started again is watched again, and nothing is missing', async () => {
    await using watch = session.watch();
    await watch.synced();
    await subject.controlPlane.apiServer.kill();
    const asked = request();
    expect((await ensure(asked)).kind).toBe('unavailable');
    await subject.controlPlane.apiServer.restart();
    const { uid } = await session.start(asked);
    await watch.until('the Job', () => watch.job(uid));
  });
});
