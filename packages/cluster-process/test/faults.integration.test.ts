import { containerOf, PROGRAMS } from '@lacuna/cluster/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProcessCluster } from '../src/index.ts';
import { openSubject, shell, type ProcessSubject } from './process-subject.ts';

describe('faults that are allowed', () => {
  let subject: ProcessSubject;
  beforeAll(async () => {
    subject = await openSubject({ allowFaults: true });
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  const label = (fault: string) => ({ labels: { 'lacuna.fault': fault } });

  test('no-pod: the Job gets no pod, and the warning of a used up quota', async () => {
    const { session } = subject;
    await using watch = session.watch();
    const request = session.request(PROGRAMS.silent, label('no-pod'));
    const ref = await session.start(request);
    const warning = await watch.until('a warning', () => watch.warnings(ref.uid)[0]);
    expect(warning).toMatchObject({ object: 'job', reason: 'FailedCreate' });
    expect(warning.message).toBe(
      `pods "${request.name}-x" is forbidden: exceeded quota: lacuna-drill, requested: pods=1, used: pods=0, limited: pods=0`,
    );
    const other = await session.start(session.request(PROGRAMS.silent));
    await watch.done(other.uid);
    expect([watch.pods(ref.uid), watch.job(ref.uid)?.finished]).toEqual([[], undefined]);
    await session.cluster.stop(ref, session.signal);
    expect(await watch.finished(ref.uid)).toMatchObject({ succeeded: false, reason: 'Stopped' });
    expect(watch.pods(ref.uid)).toEqual([]);
  });

  test('slow-pod: the pod comes late, after a warning, and runs', async () => {
    const { session } = subject;
    await using watch = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.fails, label('slow-pod:1000')));
    await watch.done(uid);
    expect(watch.warnings(uid)).toMatchObject([{ reason: 'FailedCreate' }]);
    const waited = (watch.pods(uid)[0]?.createdAt ?? 0) - (watch.job(uid)?.createdAt ?? 0);
    // Timers count from when the turn of the event loop began in which they are set, which on a busy machine is long before.
    expect(waited).toBeGreaterThan(500);
    expect(await watch.ended(uid)).toMatchObject({ exitCode: 7 });
  });

  test('a Job that is stopped before its pod never gets one', async () => {
    const { session } = subject;
    await using watch = session.watch();
    const ref = await session.start(session.request(PROGRAMS.silent, label('slow-pod:60000')));
    await session.cluster.stop(ref, session.signal);
    expect(await watch.finished(ref.uid)).toMatchObject({ succeeded: false, reason: 'Stopped' });
    expect(watch.pods(ref.uid)).toEqual([]);
  });

  test('cut-log: the log ends early as if it were whole, and the seal counts everything', async () => {
    const { session } = subject;
    await using watch = session.watch();
    const { uid } = await session.start(session.request(shell('printf 0123456789; printf abc'), label('cut-log:4')));
    expect(await watch.ended(uid)).toMatchObject({ exitCode: 0, seal: { bytes: 13 } });
    const container = containerOf(await watch.started(uid));
    expect((await session.log(container, { offset: 0, follow: true })).toString()).toBe('0123');
  });
});

test('faults are allowed by who asks for the Job, whoever has started the agent', async () => {
  await using subject = await openSubject();
  await using allowing = await openProcessCluster({ dir: subject.dir, allowFaults: true });
  const { session } = subject;
  await using watch = session.watch();
  const request = session.request(PROGRAMS.silent, { labels: { 'lacuna.fault': 'no-pod' } });
  const created = await allowing.ensure(request, session.signal);
  const uid = created.kind === 'created' ? created.uid : '';
  expect(await watch.until('a warning', () => watch.warnings(uid)[0])).toMatchObject({ reason: 'FailedCreate' });
});

test('a Job without a pod is still without one after a kill of the agent', async () => {
  await using subject = await openSubject({ allowFaults: true });
  const { session } = subject;
  await using watch = session.watch();
  const { uid } = await session.start(session.request(PROGRAMS.silent, { labels: { 'lacuna.fault': 'no-pod' } }));
  await subject.interrupt();
  await watch.synced(2);
  expect(watch.job(uid)?.finished).toBeUndefined();
  expect(watch.warnings(uid).at(-1)).toMatchObject({ reason: 'FailedCreate' });
});
