import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { jobName, type LogPart } from '@lacuna/cluster';
import { FakeCluster, type FakePod } from '@lacuna/cluster/fake';
import { logSubject, type EvaluationId, type LogStatement, type Seal } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { eventually, startNats, type NatsFixture } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Capture, type CaptureDeps } from '../src/capture.ts';
import type { ContainerEnd } from '../src/container-end.ts';
import { LogTraffic } from '../src/log-traffic.ts';
import { ReadAheadRoom } from '../src/read-ahead-room.ts';

let nats: NatsFixture;
let bus: Bus;
let cluster: FakeCluster;
let next = 1;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ servers: [nats.url], name: 'capture-test' });
  await bus.provision();
  cluster = new FakeCluster();
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function withLog(openLog: CaptureDeps['cluster']['openLog']): CaptureDeps['cluster'] {
  return { kind: 'fake', openLog, openSpool: () => cluster.openSpool() };
}

interface RunningOptions {
  readonly afterMs?: number;
  readonly leavingMs?: number;
  readonly traffic?: LogTraffic;
}

/** A running container of its own, driven by hand, and a way to capture its log. */
async function running(
  source: CaptureDeps['cluster'] = cluster,
  budgetBytes = 1_000_000,
  { afterMs = 0, leavingMs = 200, traffic = new LogTraffic(1_000) }: RunningOptions = {},
): Promise<{ pod: FakePod; capture: () => Capture; stored: () => Promise<string> }> {
  const evaluation: EvaluationId = testId(next++);
  const name = jobName(evaluation, 1);
  const request = {
    evaluation,
    attempt: 1,
    name,
    specHash: 'h',
    command: ['x'],
    env: {},
    timeoutMs: 60_000,
    graceMs: 0,
    labels: {},
    traceparent: '',
  };
  await cluster.ensure(request, AbortSignal.timeout(1_000));
  const pod = cluster.pod(name).create().schedule().start();
  const { uid, started } = pod.snapshot!;
  const deps: CaptureDeps = {
    bus,
    cluster: source,
    now: Date.now,
    chunking: { idleMs: 5, aheadBytes: 1_000_000, room: new ReadAheadRoom(64_000_000) },
    traffic,
    follow: { afterMs, busyAfterMs: 10_000, stallMs: 1_000, mostMs: 10_000, quietMs: 50, leavingMs },
    finalReads: { afterMs: [1, 5, 20], agreeMs: 1, giveUpMs: 1_000 },
    onHeldUp: () => undefined,
  };
  const container = { evaluation, attempt: 1, pod: pod.snapshot!.name, podUid: uid, containerId: started!.containerId };
  return {
    pod,
    capture: () => new Capture(container, { report: 'none', budgetBytes }, deps),
    stored: async () => {
      const parts: Uint8Array[] = [];
      for await (const { bytes } of bus.readLog(
        logSubject(evaluation, 1, uid),
        { follow: false },
        AbortSignal.timeout(20_000),
      ))
        parts.push(bytes);
      return Buffer.concat(parts).toString();
    },
  };
}

/** The log as kwok serves it: what is there comes, and a stream that is followed never ends. */
const followsForEver: CaptureDeps['cluster']['openLog'] = async (container, { offset, follow }, signal) => {
  const opened = await cluster.openLog(container, { offset, follow: false }, signal);
  if (opened.kind !== 'open' || !follow) return opened;
  async function* body(source: AsyncIterable<LogPart>): AsyncIterable<LogPart> {
    yield* source;
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }
  return { kind: 'open', body: body(opened.body) };
};

/** Ends the container and tells the capture, as the fact does. */
function end(pod: FakePod, capture: Capture, sealed = true): void {
  pod.end({ exitCode: 0, sealed });
  capture.tellEnd(endedWith(pod.snapshot!.ended!.seal));
}

const endedWith = (seal?: Seal): ContainerEnd => ({
  kind: 'ended',
  words: 'Completed, exit code 0',
  cause: 'no-seal',
  ...(seal !== undefined && { seal }),
});
const within = (): AbortSignal => AbortSignal.timeout(60_000);

describe('a capture', () => {
  test('of a log whose connection breaks again and again is whole', async () => {
    const { pod, capture, stored } = await running();
    const capturing = capture();
    const result = capturing.run(within());
    for (let i = 0; i < 5; i++) {
      pod.write(text(`line ${i}\n`));
      await eventually('stored', async () => (await stored()).includes(`line ${i}\n`));
      pod.breakLog();
    }
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', lines: 5 });
    expect(await stored()).toBe('line 0\nline 1\nline 2\nline 3\nline 4\n');
  });

  test('of a log that lacks something in its middle without a sign names between which bytes', async () => {
    const written = Buffer.from(Array.from({ length: 400 }, (_, i) => `line ${i}\n`).join(''));
    const served = Buffer.concat([written.subarray(0, 1_500), written.subarray(1_600)]);
    const source = withLog((_, { offset }) =>
      Promise.resolve({ kind: 'open', body: Readable.from([{ bytes: served.subarray(offset) }]) }),
    );
    const { capture } = await running(source);
    const capturing = capture();
    const sha256 = [1_024, 2_048, 3_072].map((to) => sha256Of(written.subarray(0, to)).slice(0, 16));
    const seal = {
      v: 1,
      bytes: written.length,
      lines: 400,
      sha256: sha256Of(written),
      endedAt: 0,
      drainMs: 0,
    } as const;
    capturing.tellEnd(endedWith({ ...seal, checkpoints: { every: 1_024, sha256 } }));
    const { statement } = await capturing.run(within());
    expect(statement).toMatchObject({
      state: 'truncated',
      cause: 'unseen',
      gaps: [{ at: 1_024, until: 2_048, bytes: 100 }],
      reason: expect.stringContaining('100 of 3 490 bytes lost between byte 1 024 and byte 2 048') as string,
    });
  });

  test('that died goes on at the stored offset, by whoever takes it up', async () => {
    const { pod, capture, stored } = await running();
    const first = new AbortController();
    const died = capture().run(first.signal);
    died.catch(() => undefined);
    pod.write(text('before the crash\n'));
    await eventually('stored', async () => (await stored()) === 'before the crash\n');
    first.abort();
    await expect(died).rejects.toThrow(/abort/i);
    const second = capture();
    const result = second.run(within());
    pod.write(text('after it\n'));
    end(pod, second);
    expect((await result).statement).toMatchObject({ state: 'sealed', lines: 2 });
    expect(await stored()).toBe('before the crash\nafter it\n');
  });

  test('by two replicas at once stores every byte once, and both say the same', async () => {
    const { pod, capture, stored } = await running();
    const [one, two] = [capture(), capture()];
    const results = Promise.all([one.run(within()), two.run(within())]);
    const lines = Array.from({ length: 200 }, (_, i) => `line ${i} of a log that two collectors read\n`);
    for (const line of lines) pod.write(text(line));
    end(pod, one);
    two.tellEnd(endedWith(pod.snapshot!.ended!.seal));
    const statements = (await results).map(({ statement }): LogStatement['state'] => statement.state);
    expect(statements).toEqual(['sealed', 'sealed']);
    expect(await stored()).toBe(lines.join(''));
  });

  test('does not take the end of a stream for the end of the log', async () => {
    const { pod, capture } = await running();
    const capturing = capture();
    pod.write(text('half'));
    const result = capturing.run(within());
    pod.breakLog();
    pod.write(text(' and half'));
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 13 });
  });

  test('of a log that the runtime cut says so after reading again, with the range that is lost', async () => {
    const { pod, capture } = await running();
    const capturing = capture();
    pod.write(text('kept')).write(text('lost'), { stored: false });
    const result = capturing.run(within());
    end(pod, capturing);
    const { statement } = await result;
    expect(statement).toMatchObject({ state: 'truncated', lost: { from: 4, to: 8 } });
    expect(statement.tried.length).toBeGreaterThanOrEqual(3);
    expect(statement.tried.at(-1)).toMatch(/from byte 4: ended, 0 more bytes/);
    expect(statement.reason).toMatch(/dropped by the runtime/);
  });

  test('without a seal is unsealed', async () => {
    const { pod, capture } = await running();
    const capturing = capture();
    pod.write(text('something'));
    const result = capturing.run(within());
    end(pod, capturing, false);
    expect((await result).statement).toMatchObject({ state: 'unsealed', bytes: 9 });
  });

  test('of a source whose stream never ends is closed by the end of the container, and is whole', async () => {
    const { pod, capture, stored } = await running(withLog(followsForEver));
    const capturing = capture();
    pod.write(text('all there is'));
    const result = capturing.run(within());
    await eventually('stored', async () => (await stored()) === 'all there is');
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 12, tried: [] });
  });

  test('of a container that ends at once reads its log once, and does not follow it', async () => {
    const reads: boolean[] = [];
    const openLog: CaptureDeps['cluster']['openLog'] = (container, from, signal) => {
      reads.push(from.follow);
      return followsForEver(container, from, signal);
    };
    const { pod, capture, stored } = await running(withLog(openLog), 1_000_000, { afterMs: 10_000 });
    const capturing = capture();
    const result = capturing.run(within());
    pod.write(text('short'));
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 5 });
    expect(await stored()).toBe('short');
    expect(reads).toEqual([false]);
  });

  test('is not followed while others bring much, and is read when it has ended', async () => {
    const reads: boolean[] = [];
    const openLog: CaptureDeps['cluster']['openLog'] = (container, from, signal) => {
      reads.push(from.follow);
      return followsForEver(container, from, signal);
    };
    const traffic = new LogTraffic(1_000);
    const other = {};
    for (let line = 0; line < 20_000; line++) traffic.brought(other);
    const { pod, capture, stored } = await running(withLog(openLog), 1_000_000, { traffic });
    const capturing = capture();
    const result = capturing.run(within());
    pod.write(text('read in one go'));
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 14 });
    expect(await stored()).toBe('read in one go');
    expect(reads).toEqual([false]);
  });

  test('is followed when the others are done with that', async () => {
    const traffic = new LogTraffic(1_000);
    const others = Array.from({ length: 8 }, () => ({}));
    for (const other of others) traffic.opening(other);
    const { pod, capture, stored } = await running(cluster, 1_000_000, { traffic });
    const capturing = capture();
    const result = capturing.run(within());
    pod.write(text('while it runs'));
    for (const other of others) traffic.closed(other);
    await eventually('followed', async () => (await stored()) === 'while it runs');
    end(pod, capturing);
    expect((await result).statement).toMatchObject({ state: 'sealed' });
  });

  test.each(['ended', 'gone'] as const)(
    'of a deleted pod whose log is %s before the end of its container was told waits for that, and is sealed by it',
    async (how) => {
      const reads: boolean[] = [];
      const source = withLog(async (container, from, signal) => {
        reads.push(from.follow);
        if (how === 'gone' && reads.length > 1) return { kind: 'gone', message: 'no such pod' };
        return cluster.openLog(container, { ...from, follow: false }, signal);
      });
      const { pod, capture, stored } = await running(source, 1_000_000, { leavingMs: 60_000 });
      const capturing = capture();
      pod.write(text('last words'));
      capturing.tellEnd({ kind: 'leaving', words: 'deleted: by somebody', cause: 'deleted' });
      const result = capturing.run(within());
      await eventually('stored', async () => (await stored()) === 'last words');
      const readAgain = eventually('read again', () => reads.length > 2, { withinMs: 1_500 });
      await expect(readAgain).rejects.toThrow('read again');
      end(pod, capturing);
      expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 10 });
    },
  );

  test('whose stream ends behind the end of its container is closed by that, and waits for nothing more', async () => {
    const over = Promise.withResolvers<void>();
    const source = withLog(async (container, from, signal) => {
      const opened = await cluster.openLog(container, { ...from, follow: false }, signal);
      async function* body(parts: AsyncIterable<LogPart>): AsyncIterable<LogPart> {
        yield* parts;
        await over.promise;
        yield { bytes: text(', and the rest') };
      }
      return opened.kind === 'open' ? { kind: 'open', body: body(opened.body) } : opened;
    });
    const { pod, capture, stored } = await running(source, 1_000_000, { leavingMs: 600_000 });
    const capturing = capture();
    pod.write(text('the beginning'));
    const result = capturing.run(within());
    await eventually('stored', async () => (await stored()) === 'the beginning');
    pod.write(text(', and the rest'));
    end(pod, capturing);
    over.resolve();
    expect((await result).statement).toMatchObject({ state: 'sealed', bytes: 27, tried: [] });
  });

  test('of a pod that vanished closes with what was captured, and says that the cluster has no log', async () => {
    const { pod, capture, stored } = await running();
    const capturing = capture();
    pod.write(text('last words\n'));
    const result = capturing.run(within());
    await eventually('stored', async () => (await stored()) === 'last words\n');
    pod.vanish();
    capturing.tellEnd({ kind: 'leaving', words: 'deleted: by somebody', cause: 'deleted' });
    expect((await result).statement).toMatchObject({
      state: 'unsealed',
      bytes: 11,
      reason: expect.stringMatching(/no log/),
    });
  });
});
