import { createHash } from 'node:crypto';
import type { Cluster } from '@lacuna/cluster';
import { logSubject, type EvaluationId, type LogStatement, type Seal } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { openCluster } from '@lacuna/service-kit';
import { startNats, startTestControlPlane, type ControlPlane, type NatsFixture } from '@lacuna/testing';
import { Capture, type CaptureDeps } from '../src/capture.ts';
import { FinalReadQueue } from '../src/final-read-queue.ts';
import { LogTraffic } from '../src/log-traffic.ts';
import { LookPace } from '../src/look-pace.ts';
import { ReadAheadRoom } from '../src/read-ahead-room.ts';
import type { ContainerEnd } from '../src/container-end.ts';
import type { FinalReadTimes } from '../src/final-reads.ts';

/** A capture under test, of one pod. */
export interface CaptureRun {
  /** The statement, once the capture is told the end and has closed the log. */
  readonly statement: Promise<LogStatement>;
  /** Tells the end; with the bytes that were written, also the seal. */
  end(written?: Uint8Array | string, how?: Partial<ContainerEnd>): void;
  /** Ends the capture as a crash does. */
  abort(): void;
  /** The bytes that are stored. */
  stored(): Promise<Buffer>;
  /** How many they are. */
  length(): Promise<number>;
}

export interface RunOptions {
  readonly pod: string;
  readonly podUid: string;
  readonly budgetBytes?: number;
  readonly startedAt?: number;
}

/** Quick, but patient with a source that does not answer: on a busy machine each answer takes its time. */
const FINAL_READS: FinalReadTimes = { afterMs: [20, 100, 300, 600], agreeMs: 200, giveUpMs: 30_000 };

/** Where a capture knows its node. */
const NODE_FILES = { address: 'Hostname', onRefused: () => undefined };

/** For a source that never answers again. */
export const GIVES_UP_SOON: Partial<CaptureDeps> = { finalReads: { ...FINAL_READS, giveUpMs: 1_500 } };

/** A real API server and a real nats-server, and captures between them that hurry. */
export class KubernetesRig implements AsyncDisposable {
  readonly controlPlane: ControlPlane;
  readonly nats: NatsFixture;
  readonly bus: Bus;
  readonly cluster: Cluster;
  readonly #stack: AsyncDisposableStack;
  readonly #ids = new Map<string, EvaluationId>();

  private constructor(
    parts: Pick<KubernetesRig, 'controlPlane' | 'nats' | 'bus' | 'cluster'>,
    stack: AsyncDisposableStack,
  ) {
    ({ controlPlane: this.controlPlane, nats: this.nats, bus: this.bus, cluster: this.cluster } = parts);
    this.#stack = stack;
  }

  static async start(): Promise<KubernetesRig> {
    await using starting = new AsyncDisposableStack();
    const controlPlane = starting.use(await startTestControlPlane());
    const nats = starting.use(await startNats());
    const bus = starting.use(await connectBus({ servers: [nats.url], name: 'rig' }));
    await bus.provision();
    const { kubeconfig } = controlPlane;
    const config = { cluster: 'kubernetes', clusterDir: '', allowFaults: false, kubeconfig } as const;
    const options = {
      ...config,
      kubeNamespace: 'default',
      imagePullPolicy: 'Never',
      seal: 'none',
      runtime: 'containerd',
      nodeArch: 'amd64',
    } as const;
    const cluster = starting.use(await openCluster(options, new AbortController().signal, NODE_FILES));
    return new KubernetesRig({ controlPlane, nats, bus, cluster }, starting.move());
  }

  /** Starts a capture; a second one of the same pod goes on where the first was. */
  capture(
    { pod, podUid, budgetBytes = Infinity, startedAt }: RunOptions,
    change: Partial<CaptureDeps> = {},
  ): CaptureRun {
    const evaluation = this.#ids.get(podUid) ?? testId(this.#ids.size + 1);
    this.#ids.set(podUid, evaluation);
    const container = {
      evaluation,
      attempt: 1,
      pod,
      podUid,
      containerId: 'c',
      ...(startedAt !== undefined && { startedAt }),
    };
    const capture = new Capture(container, { report: 'none', budgetBytes }, { ...this.#deps(), ...change });
    const crash = new AbortController();
    const run = capture.run(AbortSignal.any([crash.signal, AbortSignal.timeout(220_000)]));
    run.catch(() => undefined);
    return {
      statement: run.then(({ statement }) => statement),
      end: (written, how = {}) =>
        capture.tellEnd({
          kind: 'ended',
          words: 'Completed, exit code 0',
          cause: 'no-seal',
          ...sealFor(written),
          ...how,
        }),
      abort: () => crash.abort(),
      stored: () => this.#stored(logSubject(evaluation, 1, podUid)),
      length: async () => (await this.bus.logEnd(logSubject(evaluation, 1, podUid))).offset,
    };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  #deps(): CaptureDeps {
    return {
      bus: this.bus,
      cluster: this.cluster,
      now: Date.now,
      chunking: { idleMs: 5, aheadBytes: 4_000_000, room: new ReadAheadRoom(64_000_000) },
      traffic: new LogTraffic(1_000),
      follow: { afterMs: 0, busyAfterMs: 0, stallMs: 3_000, mostMs: 6_000, quietMs: 300, leavingMs: 1_000 },
      finalReadQueue: new FinalReadQueue(4_000_000),
      finalReads: FINAL_READS,
      lookPace: new LookPace(),
      nodeOf: () => Promise.resolve(undefined),
      onNotFollowed: () => undefined,
      onHeldUp: () => undefined,
    };
  }

  async #stored(subject: string): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    const reading = this.bus.readLog(subject, { follow: false }, AbortSignal.timeout(20_000));
    for await (const { bytes } of reading) parts.push(bytes);
    return Buffer.concat(parts);
  }
}

function sealOf(written: Uint8Array | string): Seal {
  const bytes = Buffer.from(written);
  const lines = bytes.filter((byte) => byte === 0x0a).length;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { v: 1, bytes: bytes.length, lines, sha256, endedAt: 0, drainMs: 0 };
}

function sealFor(written: Uint8Array | string | undefined): { readonly seal?: Seal } {
  return written === undefined ? {} : { seal: sealOf(written) };
}
