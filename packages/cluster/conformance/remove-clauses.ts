import { expect, test } from 'vitest';
import { PROGRAMS } from './programs.ts';
import { containerOf, type Session } from './session.ts';

export function removeClauses(session: Session): void {
  test('C5: a finished Job MUST stay until it is removed, and then vanish with its pod and its log', async () => {
    await using watch = session.watch();
    const ref = await session.start(session.request(PROGRAMS.fails));
    const pod = await watch.started(ref.uid);
    await watch.finished(ref.uid);
    expect(await session.cluster.remove(ref, session.signal)).toEqual({ kind: 'done' });
    await Promise.all([watch.vanished(ref.uid), watch.vanished(pod.uid)]);
    const log = await session.cluster.openLog(containerOf(pod), { offset: 0, follow: false }, session.signal);
    expect(log).toMatchObject({ kind: 'gone' });
  });

  test('C5: remove with another uid MUST be absent and remove nothing', async () => {
    await using watch = session.watch();
    const ref = await session.start(session.request(PROGRAMS.silent));
    await watch.finished(ref.uid);
    expect(await session.cluster.remove({ ...ref, uid: 'another' }, session.signal)).toEqual({ kind: 'absent' });
    await using later = session.watch();
    await later.synced();
    expect(later.job(ref.uid)?.finished).toBeDefined();
  });

  test('a running Job MUST be ended by its removal, and its name be free again', async () => {
    await using watch = session.watch();
    const request = session.request(PROGRAMS.ignoresTerm);
    const ref = await session.start(request);
    await watch.started(ref.uid);
    expect(await session.cluster.remove(ref, session.signal)).toEqual({ kind: 'done' });
    await watch.vanished(ref.uid);
    const again = await session.start(request);
    expect(again.uid).not.toBe(ref.uid);
    await session.cluster.remove(again, session.signal);
  });

  test('what was removed MUST be absent', async () => {
    const ref = await session.start(session.request(PROGRAMS.silent));
    await session.cluster.remove(ref, session.signal);
    expect(await session.cluster.remove(ref, session.signal)).toEqual({ kind: 'absent' });
    expect(await session.cluster.stop(ref, session.signal)).toEqual({ kind: 'absent' });
  });
}
