import type { Cluster } from '@lacuna/cluster';
import { fact, type LogStatement, type TestReport } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import type { Chunking } from './chunk.ts';
import { chunkSubject, type Container } from './container.ts';
import { ContainerEndWatch, type ContainerEnd } from './container-end.ts';
import type { FinalReadTimes } from './final-reads.ts';
import { logStatementOf } from './log-statement-of.ts';
import type { AccountWishes } from './log-account.ts';
import { readFinally } from './read-finally.ts';
import { SourceReader } from './source-reader.ts';
import { LogClosed, OtherWriter, StoredLog } from './stored-log.ts';
import { UntilEnd, type UntilEndDeps } from './until-end.ts';

export interface CaptureDeps extends Omit<UntilEndDeps, 'nodeOf'> {
  readonly bus: Pick<Bus, 'publishFact' | 'readFact' | 'awaitFact' | 'openLog' | 'readLog'>;
  readonly cluster: Pick<Cluster, 'kind' | 'openLog' | 'openSpool'>;
  readonly now: () => number;
  readonly chunking: Chunking;
  readonly finalReads: FinalReadTimes;
  /** On which node a container runs; undefined while that is not known, and where the files of nodes are not to be read. */
  readonly nodeOf: (container: Container) => Promise<string | undefined>;
  /** See `StoredLogDeps.onHeldUp`. */
  readonly onHeldUp: (container: Container, why: string | undefined) => void;
}

/** What an evaluation wants of its log. */
export type LogWishes = AccountWishes;

export interface CaptureResult {
  readonly statement: LogStatement;
  readonly report: TestReport | undefined;
  /** To be waited for when all is said: a log that was closed while its store had no room is closed there as soon as it has some. */
  readonly closeWhenRoom?: (signal: AbortSignal) => Promise<void>;
}

/** When to ask the stream for the container's end instead of waiting to be told. Milliseconds. */
const ASK_AFTER_MS = 5_000;
/**
 * The kubelet looks every ten seconds whether a log is to be rotated, and by default throws the first file away when it rotates the fifth: what is read
 * later may have lost its beginning. Milliseconds.
 */
const GONE_AFTER_MS = { rotated: 10_000, kept: 50_000 } as const;
const UNSEEN: ContainerEnd = { kind: 'leaving', words: 'nobody saw its end', cause: 'no-seal' };

/**
 * Captures one container's log: stores every byte once, in order, goes on at the stored offset after any break, and closes with a statement.
 * The end of a stream is never taken for the end of the log: that takes the container's own end, and proof takes its seal.
 */
export class Capture {
  readonly #container: Container;
  readonly #deps: CaptureDeps;
  readonly #wishes: LogWishes;
  readonly #end: ContainerEndWatch;
  readonly #nodeOf: () => Promise<string | undefined>;
  /** That the log is open, on its way to the stream. */
  #saidOpened: Promise<unknown> | undefined;
  /** When the first byte came, if nothing was stored before. */
  #firstByteAt: number | undefined;

  constructor(container: Container, wishes: LogWishes, deps: CaptureDeps) {
    this.#container = container;
    this.#wishes = wishes;
    this.#deps = deps;
    this.#end = new ContainerEndWatch(deps.bus, container);
    let node: string | undefined;
    this.#nodeOf = async () => (node ??= await deps.nodeOf(container));
  }

  /** Tells that the container ended, by whoever learns of it first. */
  tellEnd(end: ContainerEnd): void {
    this.#end.tell(end);
  }

  async run(signal: AbortSignal): Promise<CaptureResult> {
    for (;;)
      try {
        return await this.#capture(signal);
      } catch (error) {
        // Closed by another replica, perhaps while this one was frozen.
        if (error instanceof LogClosed) return { statement: error.statement, report: error.account.report() };
        if (!(error instanceof OtherWriter)) throw error;
      }
  }

  async #capture(signal: AbortSignal): Promise<CaptureResult> {
    const asking = new AbortController();
    const either = AbortSignal.any([signal, asking.signal]);
    // A stream that goes on and on must not hide that the end was told to another replica.
    const ask = setTimeout(() => this.#end.ask(either), ASK_AFTER_MS);
    try {
      const reader = await this.#openReader(signal);
      const last = await new UntilEnd(reader, this.#end, { ...this.#deps, nodeOf: this.#nodeOf }).run(either, signal);
      const { finalReads: times, finalReadQueue: queue } = this.#deps;
      const evidence = await readFinally(reader, this.#end, { times, queue, last }, signal);
      const firstLoss = await reader.firstLoss(this.#end.known?.seal, signal);
      await this.#saidOpened;
      const end = this.#end.known ?? UNSEEN;
      // Only a helper in a pod can keep a log; a pod that is gone would have taken that along.
      const couldBeKept = this.#deps.cluster.kind === 'kubernetes' && end.kind === 'ended' && end.spool === undefined;
      const isOpenedLate = this.#isOpenedLate(end, reader);
      const statement = logStatementOf(reader.account, { ...evidence, end, isOpenedLate, couldBeKept, firstLoss });
      const result = { statement, report: reader.account.report() };
      if (await reader.log.close(statement)) return result;
      return { ...result, closeWhenRoom: (closing) => reader.log.closeWhenRoom(statement, closing) };
    } finally {
      clearTimeout(ask);
      asking.abort();
    }
  }

  #openStored(signal: AbortSignal): Promise<StoredLog> {
    const { bus, onHeldUp } = this.#deps;
    const container = this.#container;
    const stored = {
      bus,
      subject: chunkSubject(container),
      containerId: container.containerId,
      wishes: this.#wishes,
      onHeldUp: (why: string | undefined) => onHeldUp(container, why),
    };
    return StoredLog.open(stored, signal);
  }

  #openReader(signal: AbortSignal): Promise<SourceReader> {
    const { pod, podUid, containerId } = this.#container;
    const { cluster, chunking, traffic } = this.#deps;
    return SourceReader.open(
      {
        cluster,
        chunking,
        traffic,
        container: { podUid, podName: pod, containerId },
        nodeOf: this.#nodeOf,
        openStored: (opening) => this.#openStored(opening),
        onOpened: () => this.#sayOpened(),
        onFirstByte: () => void (this.#firstByteAt = this.#deps.now()),
      },
      signal,
    );
  }

  /** The reading does not wait for it; the closing does. */
  #sayOpened(): void {
    if (this.#saidOpened !== undefined) return;
    const { evaluation, attempt, podUid, containerId } = this.#container;
    const about = { evaluation, attempt, at: this.#deps.now() };
    this.#saidOpened = this.#deps.bus.publishFact(fact('log-opened', about, { podUid, containerId }));
    this.#saidOpened.catch(() => undefined);
  }

  /** Whether the log's beginning could have been thrown away before anybody read it. */
  #isOpenedLate({ startedAt = this.#container.startedAt }: ContainerEnd, { isKept }: SourceReader): boolean {
    return (this.#firstByteAt ?? 0) - (startedAt ?? Infinity) > GONE_AFTER_MS[isKept ? 'kept' : 'rotated'];
  }
}
