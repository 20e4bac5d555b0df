import { describe, expect, test } from 'vitest';
import { PROGRAMS, Session, Watch, containerOf } from '../conformance/index.ts';
import { FakeCluster } from '../src/fake/index.ts';

function openFake(): { readonly cluster: FakeCluster; readonly session: Session } {
  const cluster = new FakeCluster(() => 1_000);
  const subject = { cluster, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
  return { cluster, session: new Session({ signals: true, seals: true }, () => subject) };
}

describe('the script of ensure', () => {
  test('prepared answers come first, then the Job is created', async () => {
    const { cluster, session } = openFake();
    const request = session.request(PROGRAMS.silent);
    const throttled = { kind: 'throttled', message: 'slow down', retryAfterMs: 5 } as const;
    cluster.behave(request.name, { ensure: [throttled, throttled] });
    const kinds = [];
    for (let i = 0; i < 4; i++) kinds.push((await cluster.ensure(request, session.signal)).kind);
    expect(kinds).toEqual(['throttled', 'throttled', 'created', 'adopted']);
    expect(cluster.requests).toHaveLength(4);
  });

  test('when the answer is lost, the Job exists and is adopted next', async () => {
    const { cluster, session } = openFake();
    const request = session.request(PROGRAMS.silent);
    cluster.behave(request.name, { ensure: [{ kind: 'answer-lost' }] });
    expect(await cluster.ensure(request, session.signal)).toMatchObject({ kind: 'unavailable' });
    expect(await cluster.ensure(request, session.signal)).toMatchObject({ kind: 'adopted' });
  });
});

describe('a pod driven by hand', () => {
  test('is told step by step, and its end finishes the Job', async () => {
    const { cluster, session } = openFake();
    await using watch = session.watch();
    const request = session.request(PROGRAMS.silent);
    const { uid } = await session.start(request);
    await watch.synced();
    expect(watch.pods(uid)).toEqual([]);
    const pod = cluster.pod(request.name).create().schedule('node-7').start().write(Buffer.from('hello'));
    const container = containerOf(await watch.started(uid));
    pod.end({ exitCode: 3 });
    expect(await watch.ended(uid)).toMatchObject({ exitCode: 3, reason: 'Error', seal: { bytes: 5 } });
    expect(await watch.finished(uid)).toMatchObject({ succeeded: false });
    expect((await session.log(container, { offset: 1, follow: true })).toString()).toBe('ello');
  });

  test('bytes that the runtime loses are in the seal and not in the log', async () => {
    const { cluster, session } = openFake();
    await using watch = session.watch();
    const request = session.request(PROGRAMS.silent);
    const { uid } = await session.start(request);
    const pod = cluster.pod(request.name).create().schedule().start().write(Buffer.from('kept'));
    pod.write(Buffer.from('lost'), { stored: false }).end({ exitCode: 0 });
    const { seal } = await watch.ended(uid);
    const log = await session.log(containerOf(await watch.started(uid)), { offset: 0, follow: true });
    expect([seal?.bytes, log.toString()]).toEqual([8, 'kept']);
  });

  test('a log that breaks while it is followed throws', async () => {
    const { cluster, session } = openFake();
    await using watch = session.watch();
    const request = session.request(PROGRAMS.silent);
    const { uid } = await session.start(request);
    const pod = cluster.pod(request.name).create().schedule().start();
    const reading = session.log(containerOf(await watch.started(uid)), { offset: 0, follow: true });
    setImmediate(() => pod.breakLog());
    await expect(reading).rejects.toThrow('broke');
  });
});

test('what vanishes while nobody watches is told by the relist', async () => {
  const { cluster, session } = openFake();
  await using watch = new Watch(cluster, 20_000);
  const request = session.request(PROGRAMS.silent);
  const { uid } = await session.start(request);
  const pod = cluster.pod(request.name).create();
  const podUid = pod.snapshot?.uid ?? '';
  await watch.until('the pod', () => watch.pods(uid)[0]);
  cluster.unwatched(() => pod.vanish());
  await watch.synced(2);
  expect(watch.told.slice(-3)).toMatchObject([
    { kind: 'job', known: 'relisted' },
    { kind: 'vanished', object: 'pod', uid: podUid },
    { kind: 'synced' },
  ]);
});
