import type { Cluster, LogPart } from '@lacuna/cluster';
import { eventually, stampedLog, startFakeKubelet, type FakeKubelet, type FakePod } from '@lacuna/testing';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOn } from './describe-on.ts';
import { openSubject, type KubernetesSubject } from './kubernetes-subject.ts';

const LINE = 'one line\n';

/** Followed logs of a fake kubelet, through a real API server behind a proxy that counts connections and breaks them. */
describeOn('none', 'followed logs', () => {
  let subject: KubernetesSubject;
  let kubelet: FakeKubelet;
  let pod: FakePod;

  beforeAll(async () => {
    subject = await openSubject('none');
    kubelet = await startFakeKubelet(subject.controlPlane);
    // A line, and then silence until whoever follows leaves.
    pod = await kubelet.startPod(async (response) => {
      response.write(stampedLog(LINE));
      await once(response, 'close');
    });
  });
  afterAll(async () => {
    await kubelet[Symbol.asyncDispose]();
    await subject[Symbol.asyncDispose]();
  });

  const openCluster = (timings = {}): Promise<Cluster> => subject.reopen({ namespace: 'default', timings });

  /** A log that is followed, of which the first line has come. */
  async function follow(cluster: Cluster, signal = new AbortController().signal): Promise<AsyncIterator<LogPart>> {
    const outcome = await cluster.openLog(pod.container, { offset: 0, follow: true }, signal);
    if (outcome.kind !== 'open') throw new Error(outcome.message);
    const parts = outcome.body[Symbol.asyncIterator]();
    const first = await parts.next();
    expect(Buffer.from(first.value.bytes as Uint8Array).toString()).toBe(LINE);
    return parts;
  }

  const followMany = (cluster: Cluster, count: number) =>
    Promise.all(Array.from({ length: count }, () => follow(cluster)));

  /** Those of a cluster that was closed may take a moment to go. */
  const connectionsAre = (count: number) =>
    eventually(`${count} connections`, () => {
      const { connections } = subject.proxy;
      if (connections !== count) throw new Error(`there are ${connections}`);
      return true;
    });

  test('250 at once wait for nobody, and share three connections', async () => {
    await using cluster = await openCluster();
    const followed: AsyncIterator<LogPart>[] = [];
    // For each the API server makes a connection to the kubelet, and waits ten seconds for its handshake: 250 in one moment take a slow machine longer.
    while (followed.length < 250) followed.push(...(await followMany(cluster, 50)));
    expect(followed).toHaveLength(250);
    await connectionsAre(3);
  });

  test('one that is broken off leaves its connection to the next', async () => {
    await using cluster = await openCluster();
    const before = await follow(cluster);
    for (let i = 0; i < 10; i++) {
      const leaving = new AbortController();
      const parts = await follow(cluster, leaving.signal);
      const waiting = parts.next();
      leaving.abort(new Error('enough'));
      await expect(waiting).rejects.toThrow('enough');
    }
    await connectionsAre(1);
    await before.return?.();
  });

  test('a connection that is lost under 50 breaks each, and each is followed again', async () => {
    await using cluster = await openCluster();
    const waiting = (await followMany(cluster, 50)).map((parts) => parts.next());
    subject.proxy.cut();
    for (const one of await Promise.allSettled(waiting)) expect(one.status).toBe('rejected');
    await followMany(cluster, 50);
    await connectionsAre(1);
  });

  test('a connection that falls silent is found by its pings, and another takes its place', async () => {
    await using cluster = await openCluster({ pingMs: 1_000 });
    const silent = await follow(cluster);
    subject.proxy.freeze();
    await expect(silent.next()).rejects.toThrow('the connection has answered no ping for 2000 ms');
    await follow(cluster);
  });

  test('a cluster that is closed breaks what it follows', async () => {
    const cluster = await openCluster();
    const waiting = (await follow(cluster)).next();
    waiting.catch(() => undefined);
    await cluster[Symbol.asyncDispose]();
    await expect(waiting).rejects.toThrow('the cluster was closed');
    await connectionsAre(0);
  });
});
