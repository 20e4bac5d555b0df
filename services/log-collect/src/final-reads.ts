import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerEndWatch, Witness } from './container-end.ts';
import type { ReadOutcome, SourceReader } from './source-reader.ts';

export interface FinalReadTimes {
  /** Waits before each read after the end, for as long as the log is not proven whole. Milliseconds. */
  readonly afterMs: readonly number[];
  /** Without a seal, two reads that far apart must agree. Milliseconds. */
  readonly agreeMs: number;
  /** How long a source that does not answer is asked again. Milliseconds. */
  readonly giveUpMs: number;
}

/** What the reads after the end have shown. */
export interface FinalEvidence {
  /** Each read, for people. */
  readonly tried: readonly string[];
  /** The last read came to the end of the source, and had nothing that was not known. */
  readonly isExhausted: boolean;
  /** Why the source could not be read to its end, when it could not. */
  readonly failure?: { readonly cause: 'source-gone' | 'source-failed'; readonly why: string };
}

/** Between two tries to reach a source that does not answer. Milliseconds. */
const TRY_AGAIN_MS = 500;
/** A source that says "gone" once may only be starting again; at this many in a row it is believed. */
const GONE_FOR_GOOD = 2;

const NEVER = new AbortController().signal;

/**
 * Reads a log again after the container has ended, until it agrees with its seal or the evidence is exhausted. The runtime goes on draining for
 * seconds after the end, and a stream that ended may have been cut (faults L1, L7).
 */
export class FinalReads {
  readonly #reader: SourceReader;
  readonly #end: Pick<ContainerEndWatch, 'known'>;
  readonly #times: FinalReadTimes;
  readonly #tried: string[] = [];
  /** Whether the latest read came to the end of the source. */
  #isComplete = false;
  #grewAt = performance.now();
  #gone = 0;

  constructor(reader: SourceReader, end: Pick<ContainerEndWatch, 'known'>, times: FinalReadTimes) {
    this.#reader = reader;
    this.#end = end;
    this.#times = times;
  }

  /** `last`: how the read before came out. */
  async run(last: ReadOutcome, signal: AbortSignal): Promise<FinalEvidence> {
    this.#isComplete = last.kind === 'ended';
    this.#gone = last.kind === 'gone' ? 1 : 0;
    const giveUpAt = performance.now() + this.#times.giveUpMs;
    const waits = [...this.#times.afterMs];
    let isExhausted = this.#isComplete;
    while (!this.#isEnough()) {
      const waitMs = this.#nextWait(waits);
      if (waitMs === undefined) break;
      await sleep(waitMs, undefined, { signal });
      const before = this.#reader.account.bytes;
      const outcome = await this.#reader.read(false, NEVER, signal);
      const more = this.#reader.account.bytes - before;
      this.#note(outcome, waitMs, before, more);
      isExhausted = this.#isComplete && more === 0;
      if (this.#gone >= GONE_FOR_GOOD) return this.#failed('source-gone', outcome);
      if (!this.#isComplete && performance.now() > giveUpAt) return this.#failed('source-failed', outcome);
    }
    return { tried: this.#tried, isExhausted };
  }

  get #seal(): Witness | undefined {
    return this.#end.known?.seal;
  }

  /** At once when no read has come to an end yet, or to see that a log that has all of its seal has no more. */
  #nextWait(waits: number[]): number | undefined {
    if (!this.#isComplete && this.#tried.length > 0) return TRY_AGAIN_MS;
    const isAllThere = this.#seal !== undefined && this.#reader.account.bytes >= this.#seal.bytes;
    return isAllThere || !this.#isComplete ? 0 : waits.shift();
  }

  #isEnough(): boolean {
    if (this.#isProven()) return true;
    if (!this.#isComplete) return false;
    if (this.#seal === undefined)
      return this.#tried.length > 0 && performance.now() - this.#grewAt >= this.#times.agreeMs;
    return this.#reader.account.bytes >= this.#seal.bytes;
  }

  /** What was captured is what the seal counted and hashed: another read could prove no more. */
  #isProven(): boolean {
    return this.#reader.account.proof(this.#seal) !== undefined;
  }

  #note(outcome: ReadOutcome, waitMs: number, before: number, more: number): void {
    this.#isComplete = outcome.kind === 'ended';
    this.#gone = outcome.kind === 'gone' ? this.#gone + 1 : 0;
    if (more > 0) this.#grewAt = performance.now();
    const why = 'why' in outcome ? ` (${outcome.why.slice(0, 200)})` : '';
    // A source that does not answer is asked many times; one line about it is enough.
    const line = `from byte ${before}: ${outcome.kind}${why}, ${more} more bytes`;
    if (this.#isComplete || this.#tried.at(-1)?.endsWith(line) !== true)
      this.#tried.push(`read again after ${waitMs} ms ${line}`);
  }

  #failed(cause: 'source-gone' | 'source-failed', outcome: ReadOutcome): FinalEvidence {
    const why = 'why' in outcome ? outcome.why : outcome.kind;
    return { tried: this.#tried, isExhausted: false, failure: { cause, why } };
  }
}
