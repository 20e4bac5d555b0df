import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerEnd, ContainerEndWatch } from './container-end.ts';
import type { ReadOutcome, SourceReader } from './source-reader.ts';

/** How long a stream that is followed may be silent before it is stopped. Milliseconds. */
export interface FollowTimes {
  /** While the container runs: silence is normal, but a stream that hangs looks the same (faults L4, L17). Doubles each time, up to `mostMs`. */
  readonly stallMs: number;
  readonly mostMs: number;
  /** After its end: some sources never end a stream (fault L20). */
  readonly quietMs: number;
  /** When its pod is leaving, and nobody may ever see it end. */
  readonly leavingMs: number;
}

/** Follows a source, and stops that when there is no point in waiting any longer. */
export class FollowWatch {
  readonly #reader: SourceReader;
  readonly #end: ContainerEndWatch;
  readonly #times: FollowTimes;
  #stallMs: number;

  constructor(reader: SourceReader, end: ContainerEndWatch, times: FollowTimes) {
    this.#reader = reader;
    this.#end = end;
    this.#times = times;
    this.#stallMs = times.stallMs;
  }

  /** Follows the source once. */
  async follow(signal: AbortSignal): Promise<ReadOutcome> {
    const stop = new AbortController();
    const over = new AbortController();
    const watching = this.#watch(stop, AbortSignal.any([over.signal, signal]));
    try {
      return await this.#reader.read(true, stop.signal, signal);
    } finally {
      over.abort();
      await watching;
    }
  }

  async #watch(stop: AbortController, over: AbortSignal): Promise<void> {
    for (let seen = -1; !over.aborted && !this.#isAllThere();) {
      const { activity } = this.#reader;
      if (activity === seen) {
        // A container may be silent for long; its log is opened anew ever more rarely.
        if (this.#end.known === undefined) this.#stallMs = Math.min(2 * this.#stallMs, this.#times.mostMs);
        break;
      }
      if (seen !== -1) this.#stallMs = this.#times.stallMs;
      const isSilent = await this.#silence(over);
      // News begins the silence anew, with another patience.
      seen = isSilent ? activity : -1;
    }
    stop.abort();
  }

  /** Waits for as long as may be silent; false when something became known meanwhile. */
  async #silence(over: AbortSignal): Promise<boolean> {
    const timer = new AbortController();
    const silence = sleep(this.#patience(this.#end.known), true, { signal: AbortSignal.any([over, timer.signal]) });
    const isSilent = await Promise.race([silence.catch(() => true), this.#end.news.then(() => false)]);
    timer.abort();
    return isSilent;
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
