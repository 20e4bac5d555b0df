import { CATALOG, Failure, factSubject, STORAGE_FACTS, type EvaluationId, type StageService } from '@lacuna/contracts';
import { digestOf } from '@lacuna/diagnosis';
import { fold, join, unknownEvaluation, type Evaluation } from '@lacuna/lifecycle';
import type { Bus, RecordedFact } from '@lacuna/messaging';
import { setTimeout as delay } from 'node:timers/promises';
import { KnownEvaluations } from './known-evaluations.ts';
import type { Kept, Progress, ReadModel } from './read-model.ts';
import { summaryOf } from './summary-of.ts';

export type ProjectorBus = Pick<Bus, 'follow' | 'readFact' | 'readFacts' | 'status'>;

/** How long changes are collected into one transaction; whoever lists has them written first. Milliseconds. */
const FLUSH_MS = 200;
/** The pause before what had no room on the disk is written again. Milliseconds. */
const RETRY_MS = 1_000;

/** Keeps the read model up with the stream: folds all facts, and writes what they change together with how far it has read. */
export class Projector {
  readonly #bus: ProjectorBus;
  readonly #model: ReadModel;
  readonly #onRebuild: (why: string) => void;
  readonly #known = new KnownEvaluations();
  readonly #broken = new AbortController();
  readonly #heardAt: Partial<Record<StageService, number>> = {};
  /** The last fact that has been read. */
  #last: Progress | undefined;
  #timer: NodeJS.Timeout | undefined;
  #caughtUp = false;
  /** Why what is there of another stream can't be thrown away. */
  #heldUp: Failure | undefined;

  constructor(bus: ProjectorBus, model: ReadModel, onRebuild: (why: string) => void) {
    this.#bus = bus;
    this.#model = model;
    this.#onRebuild = onRebuild;
    this.#last = model.progress;
  }

  /** Whether all facts that were there at the start have been read; or why that can't begin. */
  get readiness(): boolean | string {
    return this.#heldUp?.message ?? this.#caughtUp;
  }

  /** The last fact that has been read. */
  get lastSeq(): number {
    return this.#last?.seq ?? 0;
  }

  /** When each service published its last fact, of those read since the start of this process: Unix milliseconds. */
  get heardAt(): Readonly<Partial<Record<StageService, number>>> {
    return this.#heardAt;
  }

  /** Until the signal aborts. Throws when the read model can't be written, unless there is only no room for it. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([signal, this.#broken.signal]);
    try {
      if (!(await this.#isSameStream())) await this.#startOver('the stream is another one than before', stop);
      while (!stop.aborted) await this.#follow(stop);
      if (!signal.aborted) this.#broken.signal.throwIfAborted();
      this.#flush();
    } finally {
      clearTimeout(this.#timer);
    }
  }

  /**
   * Writes what has been read so far, for whoever asks the read model. Throws `Failure('overloaded')` when it does not know all: it is
   * still being read from the stream, or has no room for what is new.
   */
  bringUpToDate(): void {
    if (this.#heldUp !== undefined) throw this.#heldUp;
    if (!this.#caughtUp)
      throw new Failure('overloaded', 'the list is still being read from the stream', { retryAfterMs: 1_000 });
    this.#flush();
  }

  /** Whether it could be brought up to date. */
  isUpToDate(): boolean {
    try {
      this.bringUpToDate();
      return true;
    } catch (error) {
      if (isTemporary(error)) return false;
      throw error;
    }
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#last === undefined || this.#known.isWritten) return;
    try {
      this.#model.apply(this.#known.changed().flatMap(keptOf), this.#last);
    } catch (error) {
      if (isTemporary(error)) this.#timer = setTimeout(() => this.#flushOrBreak(), RETRY_MS);
      throw error;
    }
    this.#known.written();
  }

  /** A data folder may meet another server, or one that was emptied: then the fact that was read last is not where it was. */
  async #isSameStream(): Promise<boolean> {
    const { progress } = this.#model;
    return progress === undefined || (await this.#bus.readFact(progress.subject))?.seq === progress.seq;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      for await (const item of this.#bus.follow({ fromSeq: this.lastSeq + 1 }, signal)) {
        if ('kind' in item) this.#catchUp();
        else await this.#take(item, signal);
      }
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'stream-drift') throw error;
      await this.#startOver(error.message, signal);
    }
  }

  async #take(recorded: RecordedFact, signal: AbortSignal): Promise<void> {
    const { fact, seq } = recorded;
    const { producer } = CATALOG[fact.type];
    this.#heardAt[producer] = Math.max(this.#heardAt[producer] ?? 0, recorded.storedAt);
    if (STORAGE_FACTS.has(fact.type)) return;
    const id = fact.evaluation;
    const known =
      this.#known.get(id) ?? (fact.type === 'submitted' ? unknownEvaluation(id) : await this.#read(id, signal));
    if (known === undefined) return;
    this.#known.set(join(known, recorded));
    // What comes out of a record has its place far behind.
    if (seq > this.lastSeq) this.#last = { seq, subject: factSubject(fact) };
    this.#timer ??= setTimeout(() => this.#flushOrBreak(), FLUSH_MS);
  }

  /** What was begun before the start of this process. A server that is away for long is waited for; undefined when told to stop. */
  async #read(id: EvaluationId, signal: AbortSignal): Promise<Evaluation | undefined> {
    while (!signal.aborted) {
      try {
        return fold(id, await this.#bus.readFacts(id));
      } catch (error) {
        if (!isTemporary(error) || this.#bus.status === 'closed') throw error;
      }
    }
    return undefined;
  }

  #catchUp(): void {
    this.#flushOrWait();
    this.#caughtUp = true;
  }

  #flushOrBreak(): void {
    try {
      this.#flushOrWait();
    } catch (error) {
      this.#broken.abort(error);
    }
  }

  /** Without room it is tried again later. */
  #flushOrWait(): void {
    try {
      this.#flush();
    } catch (error) {
      if (!isTemporary(error)) throw error;
    }
  }

  async #startOver(why: string, signal: AbortSignal): Promise<void> {
    this.#onRebuild(why);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#known.clear();
    this.#last = undefined;
    this.#caughtUp = false;
    await this.#clear(signal);
  }

  /** Without room it is tried again, until the signal aborts. */
  async #clear(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#model.clear();
        this.#heldUp = undefined;
        return;
      } catch (error) {
        if (!isTemporary(error)) throw error;
        this.#heldUp = error;
      }
      await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function isTemporary(error: unknown): error is Failure {
  return error instanceof Failure && error.disposition === 'retry';
}

/** As the read model has it; nothing of one whose submission is not known. Before its verdict a diagnosis depends on the clock, and is made when it is asked for. */
function keptOf(evaluation: Evaluation): Kept[] {
  const { settled } = evaluation;
  const summary = summaryOf(evaluation);
  return summary === undefined ? [] : [{ ...summary, digest: settled && digestOf(evaluation, { now: settled.at }) }];
}
