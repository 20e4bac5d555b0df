import { expect, test } from 'vitest';
import { PROGRAMS } from './programs.ts';
import type { Session } from './session.ts';

export function observeClauses(session: Session): void {
  test('C2: what exists MUST be told as relisted before the first synced', async () => {
    await using before = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.silent));
    await before.done(uid);
    await using watch = session.watch();
    await watch.synced();
    const relisted = watch.told.slice(
      0,
      watch.told.findIndex(({ kind }) => kind === 'synced'),
    );
    const ours = relisted.filter(
      (told) => (told.kind === 'job' && told.job.uid === uid) || (told.kind === 'pod' && told.pod.jobUid === uid),
    );
    expect(ours).toMatchObject([
      { kind: 'job', known: 'relisted' },
      { kind: 'pod', known: 'relisted' },
    ]);
    expect(watch.job(uid)).toEqual(before.job(uid));
    expect(watch.pods(uid)).toEqual(before.pods(uid));
  });

  test('C2: what changes after synced MUST be told as watched, with whose it is', async () => {
    await using watch = session.watch();
    await watch.synced();
    const request = session.request(PROGRAMS.silent);
    const { uid } = await session.start(request);
    await watch.done(uid);
    const { evaluation, attempt, name } = request;
    const jobs = watch.told.filter((told) => told.kind === 'job' && told.job.uid === uid);
    expect(jobs.at(0)).toMatchObject({ known: 'watched', job: { evaluation, attempt, name } });
    expect(watch.pods(uid)).toMatchObject([{ evaluation, attempt, jobUid: uid }]);
  });

  test('C2: all observers MUST be told the same', async () => {
    const other = (await session.subject.reopen?.()) ?? session.cluster;
    await using one = session.watch();
    await using two = session.watch(other);
    await Promise.all([one.synced(), two.synced()]);
    const { uid } = await session.start(session.request(PROGRAMS.fails));
    await Promise.all([one.done(uid), two.done(uid)]);
    expect([two.job(uid), two.pods(uid)]).toEqual([one.job(uid), one.pods(uid)]);
    if (other !== session.cluster) await other[Symbol.asyncDispose]();
  });

  test('C2: an observation MUST end when its signal is aborted, and not with an error', async () => {
    const abort = new AbortController();
    const observation = session.cluster.observe(abort.signal)[Symbol.asyncIterator]();
    await observation.next();
    abort.abort();
    for (let step = await observation.next(); !step.done;) step = await observation.next();
    expect((await observation.next()).done).toBe(true);
  });

  test('the times of a pod MUST be in order', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.twoParts));
    await watch.ended(uid);
    const { at: finishedAt } = await watch.finished(uid);
    const [pod] = watch.pods(uid);
    const createdAt = watch.job(uid)?.createdAt;
    const times = [createdAt, pod?.createdAt, pod?.scheduled?.at, pod?.started?.at, pod?.ended?.at, finishedAt];
    expect(times).toEqual(times.toSorted((a, b) => (a ?? NaN) - (b ?? NaN)));
  });
}
