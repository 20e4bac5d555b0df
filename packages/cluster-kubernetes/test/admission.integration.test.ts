import { PROGRAMS, type Session } from '@lacuna/cluster/conformance';
import type { Cluster, EnsureOutcome } from '@lacuna/cluster';
import { requestApi } from '@lacuna/servers';
import { applyManifest, applyQuota, eventually } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AdmissionWebhook, WEBHOOK_ANSWERS } from './admission-webhook.ts';
import { describeOn } from './describe-on.ts';
import { openSubject, type KubernetesSubject } from './kubernetes-subject.ts';

/** Policies and quotas take a moment until the API server goes by them; a quota up to ten seconds. */
const PATIENCE = { withinMs: 60_000 };

describeOn('none', 'a cluster that does not let everybody in', () => {
  let subject: KubernetesSubject;
  let session: Session;
  beforeAll(async () => {
    subject = await openSubject('none');
    ({ session } = subject);
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  /** Makes an object without a namespace; `more` is the rest of it. */
  const put = (apiVersion: string, kind: string, name: string, more: object = {}) =>
    applyManifest(subject.controlPlane, { apiVersion, kind, metadata: { name }, ...more });

  const putQuota = (namespace: string, hard: Readonly<Record<string, string>>) =>
    applyQuota(subject.controlPlane, { name: 'quota', namespace, hard });

  async function inNamespace(name: string): Promise<Cluster> {
    await put('v1', 'Namespace', name);
    return subject.reopen({ namespace: name });
  }

  /** Asks with a new Job each time until the answer is of this kind. */
  const until = <K extends EnsureOutcome['kind']>(cluster: Cluster, kind: K): Promise<EnsureOutcome & { kind: K }> =>
    eventually(
      `an answer that is ${kind}`,
      async () => {
        const outcome = await cluster.ensure(session.request(PROGRAMS.silent), session.signal);
        if (outcome.kind !== kind) throw new Error(JSON.stringify(outcome));
        return outcome as EnsureOutcome & { kind: K };
      },
      PATIENCE,
    );

  test('J2: what a policy denies is denied for good, in the words of the policy', async () => {
    await using cluster = await inNamespace('policed');
    const spec = {
      matchConstraints: {
        resourceRules: [{ apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['jobs'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'policed' } },
      },
      validations: [{ expression: 'object.spec.parallelism > 1', message: 'one pod is too few here' }],
    };
    const api = 'admissionregistration.k8s.io/v1';
    await put(api, 'ValidatingAdmissionPolicy', 'crowds', { spec });
    await put(api, 'ValidatingAdmissionPolicyBinding', 'crowds', {
      spec: { policyName: 'crowds', validationActions: ['Deny'] },
    });
    expect((await until(cluster, 'denied')).message).toContain('one pod is too few here');
  });

  describe('with a webhook', () => {
    let webhook: AdmissionWebhook;
    let cluster: Cluster;
    beforeAll(async () => {
      webhook = await AdmissionWebhook.start(subject.controlPlane);
      cluster = await inNamespace('hooked');
      await applyManifest(subject.controlPlane, webhook.registration('hooked'));
      await eventually(
        'the webhook is asked',
        async () => {
          await cluster.ensure(session.request(PROGRAMS.silent), session.signal);
          return webhook.asked > 0;
        },
        PATIENCE,
      );
    });
    afterAll(async () => {
      await cluster[Symbol.asyncDispose]();
      await webhook[Symbol.asyncDispose]();
    });

    test('J2: what it denies is denied for good, in its own words', async () => {
      webhook.answer = WEBHOOK_ANSWERS.denies;
      const outcome = await cluster.ensure(session.request(PROGRAMS.silent), session.signal);
      expect(outcome).toMatchObject({ kind: 'denied', message: expect.stringContaining('not on a Friday') as string });
    });

    test.each(['fails', 'hangs'] as const)(
      'J2: when it %s nothing is decided: there is no Job yet, and asking again makes one',
      async (trouble) => {
        webhook.answer = WEBHOOK_ANSWERS[trouble];
        const request = session.request(PROGRAMS.silent);
        const outcome = await cluster.ensure(request, session.signal);
        expect(outcome).toMatchObject({
          kind: 'unavailable',
          message: expect.stringMatching(/failed calling webhook.*there is no such Job yet/s) as string,
        });
        webhook.answer = WEBHOOK_ANSWERS.allows;
        expect((await cluster.ensure(request, session.signal)).kind).toBe('created');
      },
    );
  });

  test('J20: a namespace that is being deleted takes no Job, and that is not the fault of any', async () => {
    await using cluster = await inNamespace('leaving');
    const held = session.request(PROGRAMS.silent);
    expect((await cluster.ensure(held, session.signal)).kind).toBe('created');
    // A finalizer keeps the namespace in the state of leaving.
    const anchor = { name: 'anchor', namespace: 'leaving', finalizers: ['test.example/hold'] };
    await applyManifest(subject.controlPlane, { apiVersion: 'v1', kind: 'ConfigMap', metadata: anchor });
    await requestApi(subject.controlPlane.admin, { method: 'DELETE', path: '/api/v1/namespaces/leaving' });
    expect((await until(cluster, 'unavailable')).message).toContain('being terminated');
  });

  test('J1: a quota that is full is told apart from one that could never hold the pod', async () => {
    for (const [namespace, pods, quota] of [
      ['full', '1', 'full'],
      ['too-small', '0', 'too-small'],
    ] as const) {
      await using cluster = await inNamespace(namespace);
      await putQuota(namespace, { pods });
      await using watch = session.watch(cluster);
      const asked = [session.request(PROGRAMS.sleeps), session.request(PROGRAMS.sleeps)];
      const outcomes = await Promise.all(asked.map((request) => cluster.ensure(request, session.signal)));
      const uids = outcomes.map((outcome) => (outcome.kind === 'created' ? outcome.uid : ''));
      const refused = await watch.until('FailedCreate', () =>
        uids.flatMap((uid) => watch.warnings(uid)).find(({ reason }) => reason === 'FailedCreate'),
      );
      expect(refused.quota).toBe(quota);
    }
  });

  test('a quota on Jobs is waited for, and lets a Job in after it was raised', async () => {
    await using cluster = await inNamespace('few-jobs');
    const raise = (jobs: string) => putQuota('few-jobs', { 'count/jobs.batch': jobs });
    await raise('0');
    expect((await until(cluster, 'quota')).message).toContain('exceeded quota: quota');
    // More than one: a Job may have got in before the API server counted by the quota.
    await raise('100');
    await until(cluster, 'created');
  });
});
