import type { ContainerEnd, ContainerEndWatch } from './container-end.ts';
import type { ReadOutcome } from './read-outcome.ts';
import type { SourceReader } from './source-reader.ts';

/** When a log is followed, and how long a stream that is followed may be silent before it is stopped. Milliseconds. */
export interface FollowTimes {
  /**
   * How long the end of the container is waited for first. The log of one that ends at once is then read in one request, and not followed: of a
   * source that does not end a followed stream, that must be broken off, which costs a connection where there is only HTTP/1.1. A kubelet looks once a
   * second whether a container has ended, so in less than that nobody hears of an end. For evaluations that end at once, a second takes a seventh less of
   * the services' CPU than 150 ms (`docs/performance.md`, "On Kubernetes"); a live log is seen that much later.
   */
  readonly afterMs: number;
  /** The same while other logs bring much, or wait to be read at their end: see `LogTraffic` and `FinalReadQueue`; and how often a log is read that can't be followed, or contradicts what is stored. Less than the ten seconds within which nothing can be rotated away twice. */
  readonly busyAfterMs: number;
  /** While the container runs: silence is normal, but a stream that hangs looks the same (faults L4, L17). Doubles each time, up to `mostMs`. */
  readonly stallMs: number;
  readonly mostMs: number;
  /** After its end: some sources never end a stream (fault L20). */
  readonly quietMs: number;
  /** When its pod is leaving, and nobody may ever see it end. */
  readonly leavingMs: number;
}

/** How often a log is looked at whose container has ended. Milliseconds. */
const LOOK_MS = 50;
/** How often it is looked whether others are still busy. Hundreds of logs may wait for that, and each look costs ten microseconds or so. Milliseconds. */
const BUSY_LOOK_MS = 250;
/** A controller that is given no reason makes an error with its stack, for each log. */
const STOPPED = new Error('the log is followed no longer');

/** Follows a source, and stops that when there is no point in waiting any longer. */
export class FollowWatch {
  readonly #reader: SourceReader;
  readonly #end: ContainerEndWatch;
  readonly #times: FollowTimes;
  readonly #isBusy: () => boolean;
  #stallMs: number;

  /** `isBusy`: whether there is enough to do for other logs. */
  constructor(reader: SourceReader, end: ContainerEndWatch, times: FollowTimes, isBusy: () => boolean) {
    this.#isBusy = isBusy;
    this.#reader = reader;
    this.#end = end;
    this.#times = times;
    this.#stallMs = times.stallMs;
  }

  /** Resolves when there is something to follow, or the end is known. */
  async headStart(signal: AbortSignal): Promise<void> {
    const { afterMs, busyAfterMs } = this.#times;
    if (this.#end.known === undefined) await this.#news(afterMs, signal);
    const until = performance.now() + busyAfterMs;
    while (this.#end.known === undefined && this.#isBusy() && performance.now() < until && !signal.aborted)
      await this.#news(BUSY_LOOK_MS, signal);
  }

  /** Follows the source once. */
  async follow(signal: AbortSignal): Promise<ReadOutcome> {
    const stop = new AbortController();
    const over = new AbortController();
    const watching = this.#watch(stop, AbortSignal.any([over.signal, signal]));
    try {
      return await this.#reader.follow(stop.signal, signal);
    } finally {
      over.abort();
      await watching;
    }
  }

  async #watch(stop: AbortController, over: AbortSignal): Promise<void> {
    let { activity } = this.#reader;
    let silentMs = 0;
    while (!over.aborted && !this.#isAllThere()) {
      const end = this.#end.known;
      const patienceMs = this.#patience(end);
      if (silentMs >= patienceMs) {
        // A container may be silent for long; its log is opened anew ever more rarely.
        if (end === undefined) this.#stallMs = Math.min(2 * this.#stallMs, this.#times.mostMs);
        break;
      }
      // After the end every moment counts in which a log is all there, and nobody closes it.
      const waitMs = end === undefined ? patienceMs : Math.min(LOOK_MS, patienceMs - silentMs);
      await this.#news(waitMs, over);
      const isSilent = this.#reader.activity === activity && this.#end.known === end;
      if (this.#reader.activity !== activity) this.#stallMs = this.#times.stallMs;
      silentMs = isSilent ? silentMs + waitMs : 0;
      ({ activity } = this.#reader);
    }
    stop.abort(STOPPED);
  }

  /** Waits, until more becomes known at most. */
  async #news(ms: number, over: AbortSignal): Promise<void> {
    if (over.aborted) return;
    const { promise: silence, resolve } = Promise.withResolvers<void>();
    const enough = (): void => resolve();
    const timer = setTimeout(enough, ms);
    over.addEventListener('abort', enough, { once: true });
    await Promise.race([silence, this.#end.news]);
    clearTimeout(timer);
    over.removeEventListener('abort', enough);
  }

  /** As much was read as the seal counted: the final reads tell whether it is the same, and all. */
  #isAllThere(): boolean {
    const seal = this.#end.known?.seal;
    return seal !== undefined && this.#reader.account.bytes >= seal.bytes;
  }

  #patience(end: ContainerEnd | undefined): number {
    if (end === undefined) return this.#stallMs;
    return end.kind === 'leaving' ? this.#times.leavingMs : this.#times.quietMs;
  }
}
