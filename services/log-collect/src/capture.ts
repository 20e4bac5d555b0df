import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '@lacuna/cluster';
import { fact, type LogStatement, type TestReport } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import type { Chunking } from './chunk.ts';
import { chunkSubject, type Container } from './container.ts';
import { ContainerEndWatch, type ContainerEnd } from './container-end.ts';
import type { FinalReadQueue } from './final-read-queue.ts';
import type { FinalReadTimes } from './final-reads.ts';
import { FollowWatch, type FollowTimes } from './follow-watch.ts';
import { logStatementOf } from './log-statement-of.ts';
import type { AccountWishes } from './log-account.ts';
import type { LogTraffic } from './log-traffic.ts';
import type { LookPace } from './look-pace.ts';
import { readFinally } from './read-finally.ts';
import { sourceBytes } from './source-bytes.ts';
import { SourceReader, type ReadOutcome } from './source-reader.ts';
import { StoredLog } from './stored-log.ts';

export interface CaptureDeps {
  readonly bus: Pick<Bus, 'publishFact' | 'awaitFact' | 'openLog' | 'readLog'>;
  readonly cluster: Pick<Cluster, 'kind' | 'openLog' | 'openSpool'>;
  readonly now: () => number;
  readonly chunking: Chunking;
  readonly follow: FollowTimes;
  readonly finalReads: FinalReadTimes;
  /** This and the next: of all captures of this process. */
  readonly finalReadQueue: FinalReadQueue;
  readonly traffic: LogTraffic;
  readonly lookPace: LookPace;
  /** On which node a container runs; undefined while that is not known, and where the files of nodes are not to be read. */
  readonly nodeOf: (container: Container) => Promise<string | undefined>;
  /** Told when a source can't be followed, and is read every so often instead. */
  readonly onNotFollowed: () => void;
  /** See `StoredLogDeps.onHeldUp`. */
  readonly onHeldUp: (container: Container, why: string | undefined) => void;
}

/** What an evaluation wants of its log. */
export type LogWishes = AccountWishes;

export interface CaptureResult {
  readonly statement: LogStatement;
  readonly report: TestReport | undefined;
}

/** When to ask the stream for the container's end instead of waiting to be told. Milliseconds. */
const ASK_AFTER_MS = 5_000;
/** Between two tries to open a log. Milliseconds. */
const TRY_AGAIN_MS = { first: 20, most: 2_000 } as const;
/**
 * A stream that ended before the container's end is known says nothing; that fact comes in a moment, from a busy kubelet in seconds. To open the log
 * again meanwhile is to read it twice more, which keeps a kubelet busy: only a large file, which may be rotated soon, can't wait. Milliseconds.
 */
const END_COMES_WITHIN_MS = { small: 8_000, large: 1_000 } as const;
/** A pod that was deleted is told with its last state, by which its end may be known: behind the removal, and later on a busy machine. Milliseconds. */
const LAST_STATE_COMES_WITHIN_MS = 5_000;
/** Half of the size at which the kubelet rotates a log by default. */
const SMALL_FILE_BYTES = 5 * 2 ** 20;
/**
 * The kubelet looks every ten seconds whether a log is to be rotated, and by default throws the first file away when it rotates the fifth: what is read
 * later may have lost its beginning. Milliseconds.
 */
const GONE_AFTER_MS = { rotated: 10_000, kept: 50_000 } as const;
const NEVER = new AbortController().signal;
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
  #node: string | undefined;
  /** That the log is open, on its way to the stream. */
  #saidOpened: Promise<unknown> | undefined;
  /** When the first byte came, if nothing was stored before. */
  #firstByteAt: number | undefined;

  constructor(container: Container, wishes: LogWishes, deps: CaptureDeps) {
    this.#container = container;
    this.#wishes = wishes;
    this.#deps = deps;
    this.#end = new ContainerEndWatch(deps.bus, container);
  }

  /** Tells that the container ended, by whoever learns of it first. */
  tellEnd(end: ContainerEnd): void {
    this.#end.tell(end);
  }

  async run(signal: AbortSignal): Promise<CaptureResult> {
    const asking = new AbortController();
    const either = AbortSignal.any([signal, asking.signal]);
    // A stream that goes on and on must not hide that the end was told to another replica.
    const ask = setTimeout(() => this.#end.ask(either), ASK_AFTER_MS);
    try {
      const reader = await this.#openReader(signal);
      const last = await this.#followUntilEnd(reader, either, signal);
      const { finalReads: times, finalReadQueue: queue } = this.#deps;
      const evidence = await readFinally(reader, this.#end, { times, queue, last }, signal);
      const firstLoss = await reader.firstLoss(this.#end.known?.seal, signal);
      await this.#saidOpened;
      const end = this.#end.known ?? UNSEEN;
      // Only a helper in a pod can keep a log; a pod that is gone would have taken that along.
      const couldBeKept = this.#deps.cluster.kind === 'kubernetes' && end.kind === 'ended' && end.spool === undefined;
      const isOpenedLate = this.#isOpenedLate(end, reader);
      const statement = logStatementOf(reader.account, { ...evidence, end, isOpenedLate, couldBeKept, firstLoss });
      return { statement, report: reader.account.report() };
    } finally {
      clearTimeout(ask);
      asking.abort();
    }
  }

  #openReader(signal: AbortSignal): Promise<SourceReader> {
    const { pod, podUid, containerId } = this.#container;
    const { bus, cluster, chunking, onHeldUp, traffic } = this.#deps;
    const stored = {
      bus,
      subject: chunkSubject(this.#container),
      containerId,
      wishes: this.#wishes,
      onHeldUp: (why: string | undefined) => onHeldUp(this.#container, why),
    };
    return SourceReader.open(
      {
        cluster,
        chunking,
        traffic,
        container: { podUid, podName: pod, containerId },
        nodeOf: () => this.#nodeOf(),
        openStored: (opening) => StoredLog.open(stored, opening),
        onOpened: () => this.#sayOpened(),
        onFirstByte: () => void (this.#firstByteAt = this.#deps.now()),
      },
      signal,
    );
  }

  /** Follows the log, opening it as often as it takes, until the container is known to have ended. Returns how the last read came out. */
  async #followUntilEnd(reader: SourceReader, asking: AbortSignal, signal: AbortSignal): Promise<ReadOutcome> {
    const { follow, traffic, finalReadQueue } = this.#deps;
    const watch = new FollowWatch(reader, this.#end, follow, () => traffic.isHeavy || finalReadQueue.waiting > 0);
    let last: ReadOutcome = { kind: 'stopped' };
    let brokenAt: number | undefined;
    await ((await this.#nodeOf()) === undefined ? watch.headStart(signal) : this.#untilLook(0, signal));
    for (let waitMs: number = TRY_AGAIN_MS.first; !this.#hasEnded;) {
      last = await this.#readOn(reader, watch, signal);
      if (last.kind === 'not-followed') this.#deps.onNotFollowed();
      const isBroken = ['broken', 'waiting', 'not-followed', 'contradicted'].includes(last.kind);
      brokenAt = isBroken ? (brokenAt ?? performance.now()) : undefined;
      if (this.#hasEnded) break;
      waitMs = isBroken || last.kind === 'gone' ? Math.min(waitMs * 2, TRY_AGAIN_MS.most) : TRY_AGAIN_MS.first;
      this.#end.ask(asking);
      const isLeaving = this.#end.known !== undefined;
      if (!isLeaving || last.kind !== 'overtaken')
        await (last.kind === 'so-far'
          ? this.#untilLook(reader.account.bytes, signal)
          : Promise.race([this.#end.news, pause(this.#endComesWithin(last, reader) ?? waitMs, signal)]));
      signal.throwIfAborted();
      // Nobody may ever see the end of a container whose pod is leaving: then it is over when its source is.
      const isBrokenForGood = performance.now() - (brokenAt ?? Infinity) > this.#deps.follow.leavingMs;
      if (isLeaving && (isBrokenForGood || ['ended', 'stopped', 'gone'].includes(last.kind))) break;
    }
    return last;
  }

  /** A log that is kept needs only be looked at; any other one is followed, and so is one that may soon be gone. */
  async #readOn(reader: SourceReader, watch: FollowWatch, signal: AbortSignal): Promise<ReadOutcome> {
    if (this.#end.known !== undefined || (await this.#nodeOf()) === undefined) return watch.follow(signal);
    const outcome = await reader.read(false, NEVER, signal);
    if (outcome.kind !== 'ended') return outcome;
    return reader.isKept ? { kind: 'so-far' } : watch.follow(signal);
  }

  /** Waits for the next look at a log of which so many bytes are stored, or until more is known of its end. */
  async #untilLook(bytes: number, signal: AbortSignal): Promise<void> {
    if (this.#end.known !== undefined) return;
    const { lookPace } = this.#deps;
    lookPace.begin(this);
    await Promise.race([this.#end.news, pause(lookPace.waitMs(bytes), signal)]);
    lookPace.end(this);
  }

  async #nodeOf(): Promise<string | undefined> {
    return (this.#node ??= await this.#deps.nodeOf(this.#container));
  }

  get #hasEnded(): boolean {
    return this.#end.known?.kind === 'ended';
  }

  /** How long the container's end is waited for after a read that says nothing of it; undefined after one that did not come that far. */
  #endComesWithin({ kind }: ReadOutcome, { account }: SourceReader): number | undefined {
    const { leavingMs, busyAfterMs } = this.#deps.follow;
    const isLeaving = this.#end.known !== undefined;
    if (kind === 'gone' && isLeaving) return Math.min(leavingMs, LAST_STATE_COMES_WITHIN_MS);
    // Both are read from their beginning each time.
    if (kind === 'not-followed' || kind === 'contradicted') return busyAfterMs;
    if (kind !== 'ended') return undefined;
    // Closed before its end is told, the log would lack its seal, and its attempt the proof that nothing of it runs any more.
    if (isLeaving) return leavingMs;
    const isSmall = sourceBytes(account.whole()) < SMALL_FILE_BYTES;
    return END_COMES_WITHIN_MS[isSmall ? 'small' : 'large'];
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

async function pause(ms: number, signal: AbortSignal): Promise<undefined> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
