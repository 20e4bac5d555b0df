import { evaluationIdFrom } from '@lacuna/contracts';
import { expect, test } from 'vitest';
import { PROGRAMS } from './programs.ts';
import type { Session } from './session.ts';

export function ensureClauses(session: Session): void {
  const ensure = (request: Parameters<typeof session.cluster.ensure>[0]) =>
    session.cluster.ensure(request, session.signal);

  test('C1: asked twice, it MUST answer created, then adopted with the same uid', async () => {
    const request = session.request(PROGRAMS.silent);
    const first = await ensure(request);
    const second = await ensure(request);
    expect(first.kind).toBe('created');
    expect(second).toMatchObject({ kind: 'adopted', uid: 'uid' in first ? first.uid : '' });
  });

  test('C1: asked 20 times at once, it MUST start one container', async () => {
    await using watch = session.watch();
    const request = session.request(PROGRAMS.silent);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ensure(request)));
    const created = outcomes.filter(({ kind }) => kind === 'created');
    const adopted = outcomes.filter(({ kind }) => kind === 'adopted');
    expect([created.length, adopted.length]).toEqual([1, 19]);
    const uids = new Set(outcomes.map((outcome) => ('uid' in outcome ? outcome.uid : outcome.kind)));
    expect(uids.size).toBe(1);
    await watch.done([...uids][0] ?? '');
    expect(watch.pods([...uids][0] ?? '')).toHaveLength(1);
  });

  test('C1: asked again after the end, it MUST adopt and not run again', async () => {
    await using watch = session.watch();
    const request = session.request(PROGRAMS.silent);
    const { uid } = await session.start(request);
    await watch.finished(uid);
    expect(await ensure(request)).toMatchObject({ kind: 'adopted', uid });
  });

  test.each([
    ['spec', { specHash: 'b'.repeat(64) }],
    ['evaluation', { evaluation: evaluationIdFrom(new Uint8Array(16)) }],
    ['attempt', { attempt: 2 }],
  ])('a Job of the same name and another %s MUST be a collision', async (_, difference) => {
    const request = session.request(PROGRAMS.silent);
    await session.start(request);
    expect(await ensure({ ...request, ...difference })).toMatchObject({ kind: 'collision' });
  });

  test('a fault that it is not allowed to make MUST be told with the Job, again when it is adopted', async () => {
    const request = session.request(PROGRAMS.silent, { labels: { 'lacuna.fault': 'no-pod' } });
    const warning = expect.stringMatching(/^label lacuna\.fault=no-pod is ignored: /) as string;
    expect(await ensure(request)).toMatchObject({ kind: 'created', warning });
    expect(await ensure(request)).toMatchObject({ kind: 'adopted', warning });
  });

  test('a request without a command MUST be denied', async () => {
    expect(await ensure(session.request({ command: [] }))).toMatchObject({ kind: 'denied' });
  });
}
