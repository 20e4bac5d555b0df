import { expect, test } from 'vitest';
import { PROGRAMS } from './programs.ts';
import { containerOf, type Session } from './session.ts';
import type { Watch } from './watch.ts';

export function endClauses(session: Session): void {
  const testOfPrograms = session.features.programs === false ? test.skip : test;

  test('C3: exit 0 MUST be told as exit code 0, Completed, and a Job that succeeded', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.silent));
    const end = await watch.ended(uid);
    expect(end).toMatchObject({ exitCode: 0, reason: 'Completed' });
    expect(end.signal).toBeUndefined();
    expect(await watch.finished(uid)).toMatchObject({ succeeded: true });
  });

  testOfPrograms('C3: another exit code MUST be told as it is, and a Job that did not succeed', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.fails));
    expect(await watch.ended(uid)).toMatchObject({ exitCode: 7, reason: 'Error' });
    expect(await watch.finished(uid)).toMatchObject({ succeeded: false });
  });

  test('C3: a signal MUST be told as a signal, with no exit code made up for it', async (context) => {
    if (!session.features.signals) return context.skip('this cluster does not tell signals');
    await using watch = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.killsItself));
    const end = await watch.ended(uid);
    expect(end).toMatchObject({ signal: 'SIGKILL', reason: 'Error' });
    expect(end.exitCode).toBeUndefined();
  });

  test('C3: an end MUST say which container it was and when that started', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.silent));
    const { started } = await watch.started(uid);
    expect(await watch.ended(uid)).toMatchObject({ containerId: started.containerId, startedAt: started.at });
  });

  testOfPrograms('a command that outlasts its timeout MUST be ended and told as DeadlineExceeded', async () => {
    await using watch = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.sleeps, { timeoutMs: 300 }));
    expect(await watch.ended(uid)).toMatchObject({ reason: 'DeadlineExceeded' });
    expect(await watch.finished(uid)).toMatchObject({ succeeded: false });
  });

  testOfPrograms('a stopped command MUST end, and its evidence stay', async () => {
    await using watch = session.watch();
    const ref = await session.start(session.request(PROGRAMS.sleeps));
    const container = containerOf(await watch.started(ref.uid));
    await untilReady(session, watch, ref.uid);
    expect(await session.cluster.stop(ref, session.signal)).toEqual({ kind: 'done' });
    expect(await watch.finished(ref.uid)).toMatchObject({ succeeded: false });
    expect((await session.log(container, { offset: 0, follow: false })).toString()).toBe('ready\n');
  });

  testOfPrograms('a command that ignores TERM MUST be killed after the grace', async () => {
    await using watch = session.watch();
    const ref = await session.start(session.request(PROGRAMS.ignoresTerm, { graceMs: 200 }));
    await untilReady(session, watch, ref.uid);
    await session.cluster.stop(ref, session.signal);
    const { signal, exitCode } = await watch.ended(ref.uid);
    expect({ signal, exitCode }).toEqual(
      session.features.signals ? { signal: 'SIGKILL', exitCode: undefined } : { signal: undefined, exitCode: 137 },
    );
  });

  test('stop with another uid MUST be absent and stop nothing', async () => {
    await using watch = session.watch();
    const ref = await session.start(session.request(PROGRAMS.twoParts));
    expect(await session.cluster.stop({ ...ref, uid: 'another' }, session.signal)).toEqual({ kind: 'absent' });
    expect(await watch.ended(ref.uid)).toMatchObject({ exitCode: 0 });
  });
}

/** Until the program has set its traps: the first bytes of its log are there. */
async function untilReady(session: Session, watch: Watch, uid: string): Promise<void> {
  const container = containerOf(await watch.started(uid));
  for await (const chunk of await session.openLog(container, { offset: 0, follow: true })) if (chunk.length > 0) return;
}
