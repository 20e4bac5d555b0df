import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerEndWatch, Witness } from './container-end.ts';
import type { FinalReadQueue } from './final-read-queue.ts';
import { sourceBytes } from './source-bytes.ts';
import type { ReadOutcome } from './read-outcome.ts';
import type { SourceReader } from './source-reader.ts';

export interface FinalReadTimes {
  /** Waits before each read after the end, for as long as the log is not proven whole. Milliseconds. */
  readonly afterMs: readonly number[];
  /** Without a seal, two reads that far apart must agree. Milliseconds. */
  readonly agreeMs: number;
  /** How long a source that does not answer is asked again. Milliseconds. */
  readonly giveUpMs: number;
}

/** How the source is read once more. */
type Way = 'sealed' | 'anew' | 'anew if sealed' | 'on';

/** What is known of the end of the container. */
export type KnownEnd = Pick<ContainerEndWatch, 'known' | 'since'>;

/** When the reads after the end take place. */
export interface FinalReadPlan {
  readonly times: FinalReadTimes;
  /** Of all captures of this process. */
  readonly queue: Pick<FinalReadQueue, 'run'>;
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

/**
 * Reads a log again after the container has ended, until it agrees with its seal or the evidence is exhausted. The runtime goes on draining for
 * seconds after the end, and a stream that ended may have been cut (faults L1, L7).
 */
export class FinalReads {
  readonly #reader: SourceReader;
  readonly #end: KnownEnd;
  readonly #times: FinalReadTimes;
  readonly #queue: FinalReadPlan['queue'];
  readonly #tried: string[] = [];
  /** How the latest read came out. */
  #latest: ReadOutcome = { kind: 'stopped' };
  /** Whether it came to the end of the source. */
  #isComplete = false;
  #grewAt = performance.now();
  #giveUpAt = 0;
  #gone = 0;
  /** What is stored, and nobody has proven, is not what was written, as far as can be seen. */
  #isDoubtful = false;
  /** It was looked whether the source has what was sealed instead. */
  #isReadAnew = false;

  constructor(reader: SourceReader, end: KnownEnd, { times, queue }: FinalReadPlan) {
    this.#reader = reader;
    this.#end = end;
    this.#times = times;
    this.#queue = queue;
  }

  /** `last`: how the read before came out. */
  async run(last: ReadOutcome, signal: AbortSignal): Promise<FinalEvidence> {
    this.#latest = last;
    this.#isComplete = last.kind === 'ended';
    this.#isDoubtful = this.#isComplete && this.#isUnconfirmed();
    this.#gone = last.kind === 'gone' ? 1 : 0;
    this.#giveUpAt = performance.now() + this.#times.giveUpMs;
    const waits = [...this.#times.afterMs];
    let isExhausted = this.#isComplete;
    while (!this.#isEnough()) {
      const waitMs = this.#nextWait(waits);
      if (waitMs === undefined) break;
      await sleep(waitMs, undefined, { signal });
      const { how, from } = this.#nextRead();
      const outcome = await this.#inTurn(how, signal);
      const more = this.#reader.account.bytes - from;
      this.#note(outcome, waitMs, from, more);
      isExhausted = this.#isComplete && more === 0;
      if (this.#gone >= GONE_FOR_GOOD) return this.#failed('source-gone', outcome);
      if (!this.#isComplete && performance.now() > this.#giveUpAt) return this.#failed('source-failed', outcome);
    }
    return this.#isOther() ? this.#runAnew(signal, isExhausted) : { tried: this.#tried, isExhausted };
  }

  /** What is stored is not what was sealed: perhaps the source has that. */
  #isOther(): boolean {
    return !this.#isReadAnew && this.#isSealedByBytes && !this.#isProven();
  }

  async #runAnew(signal: AbortSignal, isExhausted: boolean): Promise<FinalEvidence> {
    const before = this.#reader.account.bytes;
    const outcome = await this.#inTurn('anew if sealed', signal);
    this.#note(outcome, 0, 0, this.#reader.account.bytes - before);
    return outcome.kind === 'contradicted' ? { tried: this.#tried, isExhausted } : this.run(outcome, signal);
  }

  /**
   * A log of which nothing is stored is read in the cheapest way first, which its seal has to confirm. What was stored so and is not confirmed is
   * read anew from its first byte. So is what the source contradicts, when that has what was sealed: words that nobody knows may have ended a
   * followed stream in the middle of a line (fault L2).
   */
  #nextRead(): { readonly how: Way; readonly from: number } {
    const { bytes, isUnproven } = this.#reader.account;
    if (bytes === 0 && this.#isSealedByBytes && this.#tried.length === 0) return { how: 'sealed', from: 0 };
    if (this.#latest.kind === 'contradicted' && this.#isSealedByBytes) return { how: 'anew if sealed', from: 0 };
    return isUnproven && this.#isDoubtful ? { how: 'anew', from: 0 } : { how: 'on', from: bytes };
  }

  /** What is taken away may soon be gone, and waits for nobody. To wait for others is not to wait for a source that does not answer. */
  async #inTurn(how: Way, signal: AbortSignal): Promise<ReadOutcome> {
    const { known, since } = this.#end;
    if (known?.kind !== 'ended' || known.cause !== 'no-seal') return this.#read(how, signal);
    const askedAt = performance.now();
    const begin = (): Promise<ReadOutcome> => {
      this.#giveUpAt += performance.now() - askedAt;
      return this.#read(how, signal);
    };
    return this.#queue.run({ work: this.#workOf(how), since, progress: () => this.#reader.progress }, begin, signal);
  }

  /** What the source has to send: files of nodes are read on from where they were left (decision 38), and all others from their start. */
  #workOf(how: Way): number | undefined {
    if (this.#seal === undefined) return undefined;
    const { bytes, lines = 0 } = this.#seal;
    const stored = how === 'on' && this.#reader.isKept ? this.#reader.account.whole() : { bytes: 0, lines: 0 };
    return sourceBytes({ bytes: bytes - stored.bytes, lines: lines - stored.lines });
  }

  async #read(how: Way, signal: AbortSignal): Promise<ReadOutcome> {
    const outcome = await this.#ask(how, signal);
    this.#latest = outcome;
    this.#isReadAnew ||= how === 'anew if sealed';
    // An answer without a byte has not taken the place of what was stored.
    this.#isComplete = outcome.kind === 'ended' && !(how === 'anew' && this.#reader.account.isUnproven);
    // A break says nothing of what was read before it; going on behind that may fail because it was none of the log.
    this.#isDoubtful = this.#isUnconfirmed() && (how !== 'sealed' || outcome.kind === 'unlike');
    return outcome;
  }

  #ask(how: Way, signal: AbortSignal): Promise<ReadOutcome> {
    const seal = this.#seal;
    if (how === 'sealed' && seal !== undefined) return this.#reader.readSealed(seal, signal);
    if (how === 'anew if sealed' && seal !== undefined) return this.#reader.readAnewIfSealed(seal, signal);
    if (how === 'anew') return this.#reader.readAnew(signal);
    return this.#reader.readOn(signal);
  }

  get #seal(): Witness | undefined {
    return this.#end.known?.seal;
  }

  /** The seal of two streams is one of their records. */
  get #isSealedByBytes(): boolean {
    return this.#seal !== undefined && this.#seal.streams === undefined;
  }

  /** At once when no read has come to an end yet, or to see that a log that has all of its seal has no more. */
  #nextWait(waits: number[]): number | undefined {
    if (!this.#isComplete && this.#tried.length > 0) return this.#latest.kind === 'unlike' ? 0 : TRY_AGAIN_MS;
    const isAllThere = this.#seal !== undefined && this.#reader.account.bytes >= this.#seal.bytes;
    return isAllThere || !this.#isComplete ? 0 : waits.shift();
  }

  #isEnough(): boolean {
    if (this.#isProven()) return true;
    if (!this.#isComplete || this.#isDoubtful) return false;
    if (this.#seal === undefined)
      return this.#tried.length > 0 && performance.now() - this.#grewAt >= this.#times.agreeMs;
    return this.#reader.account.bytes >= this.#seal.bytes;
  }

  /** What was captured is what the seal counted and hashed: another read could prove no more. */
  #isProven(): boolean {
    return this.#reader.account.proof(this.#seal) !== undefined;
  }

  #isUnconfirmed(): boolean {
    return this.#reader.account.isUnproven && !this.#isProven();
  }

  #note(outcome: ReadOutcome, waitMs: number, before: number, more: number): void {
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
