import { jobName, type LogPart } from '@lacuna/cluster';
import { FakeCluster, type FakePod } from '@lacuna/cluster/fake';
import { logSubject, type EvaluationId, type Seal } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { startNats, type NatsFixture } from '@lacuna/testing';
import { afterAll, beforeAll } from 'vitest';
import { Capture, type CaptureDeps } from '../../src/capture.ts';
import type { ContainerEnd } from '../../src/container-end.ts';
import { FinalReadQueue } from '../../src/final-read-queue.ts';
import { LogTraffic } from '../../src/log-traffic.ts';
import { LookPace } from '../../src/look-pace.ts';
import { ReadAheadRoom } from '../../src/read-ahead-room.ts';

export const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** How long a capture of a test may take. */
export const within = (): AbortSignal => AbortSignal.timeout(60_000);

export type OpenLog = CaptureDeps['cluster']['openLog'];

interface RunningOptions {
  readonly afterMs?: number;
  readonly leavingMs?: number;
  readonly traffic?: LogTraffic;
  readonly finalReadQueue?: FinalReadQueue;
}

export interface RunningContainer {
  readonly pod: FakePod;
  readonly capture: () => Capture;
  /** Of another replica, which reads the cluster's own log. */
  readonly beside: () => Capture;
  readonly stored: () => Promise<string>;
}

/** Captures on a fake cluster and a real stream, both for one file of tests. */
export class Captures {
  readonly cluster = new FakeCluster();
  #nats: NatsFixture | undefined;
  #bus: Bus | undefined;
  #next = 1;

  /** To be called once, outside of all tests. */
  static use(): Captures {
    const captures = new Captures();
    beforeAll(() => captures.#open());
    afterAll(() => captures.#close());
    return captures;
  }

  async #open(): Promise<void> {
    this.#nats = await startNats();
    this.#bus = await connectBus({ servers: [this.#nats.url], name: 'capture-test' });
    await this.#bus.provision();
  }

  async #close(): Promise<void> {
    await this.#bus?.[Symbol.asyncDispose]();
    await this.#nats?.[Symbol.asyncDispose]();
  }

  /** The cluster with logs of one's own. */
  withLog(openLog: OpenLog): CaptureDeps['cluster'] {
    return { kind: 'fake', openLog, openSpool: () => this.cluster.openSpool() };
  }

  /** The log as kwok serves it: what is there comes, and a stream that is followed never ends. */
  readonly followsForEver: OpenLog = async (container, { offset, follow }, signal) => {
    const opened = await this.cluster.openLog(container, { offset, follow: false }, signal);
    if (opened.kind !== 'open' || !follow) return opened;
    async function* body(source: AsyncIterable<LogPart>): AsyncIterable<LogPart> {
      yield* source;
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    }
    return { kind: 'open', body: body(opened.body) };
  };

  /** A running container of its own, driven by hand, and a way to capture its log. */
  async running(
    source: CaptureDeps['cluster'] = this.cluster,
    {
      afterMs = 0,
      leavingMs = 200,
      traffic = new LogTraffic(1_000),
      finalReadQueue = new FinalReadQueue(4_000_000),
    }: RunningOptions = {},
  ): Promise<RunningContainer> {
    const bus = this.#bus;
    if (bus === undefined) throw new Error('there is no stream before the first test');
    const evaluation: EvaluationId = testId(this.#next++);
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
    await this.cluster.ensure(request, AbortSignal.timeout(1_000));
    const pod = this.cluster.pod(name).create().schedule().start();
    const { uid, started } = pod.snapshot!;
    const deps: CaptureDeps = {
      bus,
      cluster: source,
      now: Date.now,
      chunking: { idleMs: 5, aheadBytes: 1_000_000, room: new ReadAheadRoom(64_000_000) },
      traffic,
      follow: { afterMs, busyAfterMs: 10_000, stallMs: 1_000, mostMs: 10_000, quietMs: 50, leavingMs },
      finalReadQueue,
      finalReads: { afterMs: [1, 5, 20], agreeMs: 1, giveUpMs: 30_000 },
      lookPace: new LookPace(),
      nodeOf: () => Promise.resolve(undefined),
      onNotFollowed: () => undefined,
      onHeldUp: () => undefined,
    };
    const container = {
      evaluation,
      attempt: 1,
      pod: pod.snapshot!.name,
      podUid: uid,
      containerId: started!.containerId,
    };
    const wishes = { report: 'none', budgetBytes: 1_000_000 };
    return {
      pod,
      capture: () => new Capture(container, wishes, deps),
      beside: () => new Capture(container, wishes, { ...deps, cluster: this.cluster }),
      stored: () => storedText(bus, logSubject(evaluation, 1, uid)),
    };
  }
}

async function storedText(bus: Bus, subject: string): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of bus.readLog(subject, { follow: false }, AbortSignal.timeout(20_000))) parts.push(bytes);
  return Buffer.concat(parts).toString();
}

/** Ends the container and tells the capture, as the fact does. */
export function end(pod: FakePod, capture: Capture, sealed = true): void {
  pod.end({ exitCode: 0, sealed });
  capture.tellEnd(endedWith(pod.snapshot!.ended!.seal));
}

export function endedWith(seal?: Seal): ContainerEnd {
  return { kind: 'ended', words: 'Completed, exit code 0', cause: 'no-seal', ...(seal !== undefined && { seal }) };
}
