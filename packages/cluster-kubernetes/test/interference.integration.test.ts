import { PROGRAMS, type Session } from '@lacuna/cluster/conformance';
import { eventually } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiPod } from '../src/api-objects.ts';
import { describeOn } from './describe-on.ts';
import type { DirectAccess } from './direct-access.ts';
import { openSubject, type KubernetesSubject } from './kubernetes-subject.ts';

/** A busy controller takes its time. */
const PATIENCE = { withinMs: 60_000 };

/** What others do to our Jobs and pods, on a real API server with its real controllers. No pod has a node here. */
describeOn('none', 'a cluster in which others interfere', () => {
  let subject: KubernetesSubject;
  let direct: DirectAccess;
  let session: Session;

  beforeAll(async () => {
    subject = await openSubject('none');
    ({ direct, session } = subject);
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  const request = () => session.request(PROGRAMS.silent);
  /** What comes and goes before the first listing is told by nobody. */
  const watching = async () => {
    const watch = session.watch();
    await watch.synced();
    return watch;
  };
  const podOf = (job: string): Promise<ApiPod> =>
    eventually(`a pod of ${job}`, async () => (await direct.pods(job))[0], PATIENCE);

  test('J7: a pod that vanished before it was counted is followed by a second one, and both are told', async () => {
    await using watch = await watching();
    const asked = request();
    const { uid } = await session.start(asked);
    const name = (await podOf(asked.name)).metadata?.name ?? '';
    subject.controlPlane.controllerManager.pause();
    await direct.patch('pods', name, { metadata: { finalizers: null } });
    await direct.deletePod(name, { gracePeriodSeconds: 0 });
    subject.controlPlane.controllerManager.resume();
    await watch.until('a second pod', () => watch.pods(uid)[1]);
    expect(watch.pods(uid)[0]?.gone?.cause).toBe('deleted');
  });

  test('J20: a Job that somebody else suspends loses its pod to them, and has no end', async () => {
    await using watch = await watching();
    const asked = request();
    const { uid } = await session.start(asked);
    const { metadata } = await podOf(asked.name);
    await direct.patch('jobs', asked.name, { spec: { suspend: true } });
    await watch.vanished(metadata?.uid ?? '');
    expect(watch.pods(uid)).toMatchObject([{ gone: { cause: 'deleted' } }]);
    expect(watch.job(uid)?.finished).toBeUndefined();
  });

  test('J20: a pod that loses our labels is told as out of sight, and not as deleted', async () => {
    await using watch = await watching();
    const asked = request();
    const { uid } = await session.start(asked);
    const { metadata } = await podOf(asked.name);
    await direct.patch('pods', metadata?.name ?? '', { metadata: { labels: { 'lacuna.dev/evaluation': null } } });
    await watch.vanished(metadata?.uid ?? '');
    const message = expect.stringMatching(/^somebody took our labels off the pod .* it is there/) as string;
    expect(watch.pods(uid)).toMatchObject([{ gone: { cause: 'unknown', message } }]);
  });

  test('J20: a pod that gets the labels of another evaluation is out of sight to its own, and is nothing to the other', async () => {
    await using watch = await watching();
    const [asked, other] = [request(), request()];
    const { uid } = await session.start(asked);
    const { metadata } = await podOf(asked.name);
    const labels = { 'lacuna.dev/evaluation': other.evaluation };
    await direct.patch('pods', metadata?.name ?? '', { metadata: { labels } });
    await watch.vanished(metadata?.uid ?? '');
    const message = expect.stringMatching(/^somebody changed our labels on the pod .* it is there/) as string;
    expect(watch.pods(uid).map(({ evaluation, gone }) => ({ evaluation, gone }))).toMatchObject([
      { evaluation: asked.evaluation, gone: { cause: 'unknown', message } },
    ]);
  });
});
