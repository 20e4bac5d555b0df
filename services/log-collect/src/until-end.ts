import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerEndWatch } from './container-end.ts';
import type { FinalReadQueue } from './final-read-queue.ts';
import { FollowWatch, type FollowTimes } from './follow-watch.ts';
import type { LogTraffic } from './log-traffic.ts';
import type { LookPace } from './look-pace.ts';
import { sourceBytes } from './source-bytes.ts';
import type { ReadOutcome } from './read-outcome.ts';
import type { SourceReader } from './source-reader.ts';

export interface UntilEndDeps {
  readonly follow: FollowTimes;
  /** This and the next two: of all captures of this process. */
  readonly finalReadQueue: FinalReadQueue;
  readonly traffic: LogTraffic;
  readonly lookPace: LookPace;
  /** On which node the container runs; undefined while that is not known, and where the files of nodes are not to be read. */
  readonly nodeOf: () => Promise<string | undefined>;
  /** Told when a source can't be followed, and is read every so often instead. */
  readonly onNotFollowed: () => void;
}

/** Reads after which the source may be asked in vain for ever. */
const BROKEN: readonly ReadOutcome['kind'][] = ['broken', 'waiting', 'not-followed', 'contradicted'];
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

/** Reads a log for as long as its container may write: follows it, or looks at it every so often where what is rotated away is kept. */
export class UntilEnd {
  readonly #reader: SourceReader;
  readonly #end: ContainerEndWatch;
  readonly #deps: UntilEndDeps;
  readonly #watch: FollowWatch;
  /** How long the latest look at it took. Milliseconds. */
  #lookMs = 0;

  constructor(reader: SourceReader, end: ContainerEndWatch, deps: UntilEndDeps) {
    const { follow, traffic, finalReadQueue } = deps;
    this.#reader = reader;
    this.#end = end;
    this.#deps = deps;
    this.#watch = new FollowWatch(reader, end, follow, () => traffic.isHeavy || finalReadQueue.waiting > 0);
  }

  /** Opens the log as often as it takes, until the container is known to have ended; `asking` ends the questions for that. Returns how the last read came out. */
  async run(asking: AbortSignal, signal: AbortSignal): Promise<ReadOutcome> {
    let last: ReadOutcome = { kind: 'stopped' };
    let brokenAt: number | undefined;
    await ((await this.#deps.nodeOf()) === undefined ? this.#watch.headStart(signal) : this.#untilLook(signal));
    for (let waitMs: number = TRY_AGAIN_MS.first; !this.#hasEnded;) {
      last = await this.#readOn(signal);
      if (last.kind === 'not-followed') this.#deps.onNotFollowed();
      if (this.#hasEnded) break;
      const isBroken = BROKEN.includes(last.kind);
      brokenAt = isBroken ? (brokenAt ?? performance.now()) : undefined;
      waitMs = isBroken || last.kind === 'gone' ? Math.min(waitMs * 2, TRY_AGAIN_MS.most) : TRY_AGAIN_MS.first;
      this.#end.ask(asking);
      const isLeaving = this.#end.known !== undefined;
      await this.#untilNextRead(last, waitMs, signal);
      signal.throwIfAborted();
      // Nobody may ever see the end of a container whose pod is leaving: then it is over when its source is.
      const isBrokenForGood = performance.now() - (brokenAt ?? Infinity) > this.#deps.follow.leavingMs;
      if (isLeaving && (isBrokenForGood || ['ended', 'stopped', 'gone'].includes(last.kind))) break;
    }
    return last;
  }

  /** A log that is kept needs only be looked at; any other one is followed, and so is one that may soon be gone. */
  async #readOn(signal: AbortSignal): Promise<ReadOutcome> {
    if (this.#end.known !== undefined || (await this.#deps.nodeOf()) === undefined) return this.#watch.follow(signal);
    const lookedAt = performance.now();
    const outcome = await this.#reader.readOn(signal);
    this.#lookMs = performance.now() - lookedAt;
    if (outcome.kind !== 'ended') return outcome;
    return this.#reader.isKept ? { kind: 'so-far' } : this.#watch.follow(signal);
  }

  /** Waits until it is worth to read again, or more is known of the end. `waitMs`: after a read that failed. */
  async #untilNextRead(last: ReadOutcome, waitMs: number, signal: AbortSignal): Promise<void> {
    if (last.kind === 'overtaken' && this.#end.known !== undefined) return;
    if (last.kind === 'so-far') return this.#untilLook(signal);
    await Promise.race([this.#end.news, pause(this.#endComesWithin(last) ?? waitMs, signal)]);
  }

  /** Waits for the next look, or until more is known of the end. */
  async #untilLook(signal: AbortSignal): Promise<void> {
    if (this.#end.known !== undefined) return;
    const { lookPace } = this.#deps;
    lookPace.begin(this);
    await Promise.race([this.#end.news, pause(lookPace.waitMs(this.#lookMs), signal)]);
    lookPace.end(this);
  }

  get #hasEnded(): boolean {
    return this.#end.known?.kind === 'ended';
  }

  /** How long the container's end is waited for after a read that says nothing of it; undefined after one that did not come that far. */
  #endComesWithin({ kind }: ReadOutcome): number | undefined {
    const { leavingMs, busyAfterMs } = this.#deps.follow;
    const isLeaving = this.#end.known !== undefined;
    if (kind === 'gone' && isLeaving) return Math.min(leavingMs, LAST_STATE_COMES_WITHIN_MS);
    // Both are read from their beginning each time.
    if (kind === 'not-followed' || kind === 'contradicted') return busyAfterMs;
    if (kind !== 'ended') return undefined;
    // Closed before its end is told, the log would lack its seal, and its attempt the proof that nothing of it runs any more.
    if (isLeaving) return leavingMs;
    const isSmall = sourceBytes(this.#reader.account.whole()) < SMALL_FILE_BYTES;
    return END_COMES_WITHIN_MS[isSmall ? 'small' : 'large'];
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<undefined> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
