import { expect, test } from 'vitest';
import { PROGRAMS } from './programs.ts';
import type { Session } from './session.ts';

/** Need a cluster of their own: they break it. */
export function interruptClauses(session: Session): void {
  test('C2: after a break an observation MUST resume by itself and tell again all that exists', async (context) => {
    const { interrupt } = session.subject;
    if (interrupt === undefined) return context.skip('this cluster cannot be interrupted');
    await using watch = session.watch();
    const { uid } = await session.start(session.request(PROGRAMS.fails));
    await watch.done(uid);
    const known = watch.told.length;
    const [job, pods] = [watch.job(uid), watch.pods(uid)];
    await interrupt();
    await watch.synced(2);
    const retold = watch.told.slice(known).filter((told) => told.kind === 'job' && told.job.uid === uid);
    expect(retold).toEqual([{ kind: 'job', known: 'relisted', job }]);
    expect(job?.finished).toBeDefined();
    expect(watch.pods(uid)).toEqual(pods);
  });

  test('C1: after a break, asking again MUST still find the first Job', async (context) => {
    const { interrupt } = session.subject;
    if (interrupt === undefined) return context.skip('this cluster cannot be interrupted');
    const request = session.request(PROGRAMS.silent);
    const { uid } = await session.start(request);
    await interrupt();
    expect(await session.answer(request)).toMatchObject({ kind: 'adopted', uid });
  });
}
