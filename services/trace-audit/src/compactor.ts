import { setTimeout as delay } from 'node:timers/promises';
import { evaluationOfRun, type EvaluationId } from '@lacuna/contracts';
import { fold, type Evaluation } from '@lacuna/lifecycle';
import type { Bus, DoneUpTo, History, RecordedFact } from '@lacuna/messaging';
import { compactionDue, notDone } from './compaction-due.ts';

interface CompactorOptions {
  /** How long after its last fact an evaluation is compacted. Milliseconds. */
  readonly afterMs: number;
  readonly now: () => number;
  readonly onCompacted: (id: EvaluationId) => void;
  /** It stays as it is until this process ends. */
  readonly onGivenUp: (id: EvaluationId, why: string) => void;
  readonly onError: (error: unknown) => void;
}

type CompactorBus = Pick<Bus, 'readFacts' | 'readHistory' | 'compact' | 'doneUpTo'>;

interface Settled {
  /** The place of the verdict in the stream. */
  readonly seq: number;
  /** When to look at it. */
  readonly at: number;
}

/** How often it looks for what is due, and how long what can't be done now is left alone at least. Milliseconds. */
const LOOK_MS = 1_000;
const AT_ONCE = 4;

/**
 * Compacts settled evaluations some time after the last fact about them. It holds those that are not compacted yet, which is what settles in that
 * time. Replicas do the same at the same time: the stream keeps the first record, and deleting twice is harmless.
 */
export class Compactor {
  readonly #bus: CompactorBus;
  readonly #options: CompactorOptions;
  readonly #waiting = new Map<EvaluationId, Settled>();
  /** Those that are due, and of which something is owed: what. */
  readonly #owed = new Map<EvaluationId, string>();

  constructor(bus: CompactorBus, options: CompactorOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  /** Settled evaluations that are not compacted, how many of them wait longer than they should, and what one of those waits for. */
  get state(): { readonly waiting: number; readonly overdue: number; readonly owed: string | undefined } {
    const [owed] = this.#owed.values();
    return { waiting: this.#waiting.size, overdue: this.#owed.size, owed };
  }

  /** There is a verdict. */
  settled({ fact, seq, storedAt }: RecordedFact): void {
    this.#waiting.set(fact.evaluation, { seq, at: storedAt + this.#options.afterMs });
  }

  /** Until the signal aborts; then what has been begun is finished. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal).catch(this.#options.onError);
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Compacts what is due. */
  async look(signal: AbortSignal): Promise<void> {
    const now = this.#options.now();
    const due = [...this.#waiting].filter(([, { at }]) => at <= now);
    if (due.length === 0) return;
    const readers = await this.#bus.doneUpTo();
    const left = due.values();
    const worker = async (): Promise<void> => {
      for (const [id, settled] of left) {
        if (signal.aborted) return;
        await this.#compact(id, settled, readers).catch((error: unknown) => {
          this.#putOff(id, settled, 'an answer of the stream');
          this.#options.onError(error);
        });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  async #compact(id: EvaluationId, settled: Settled, readers: readonly DoneUpTo[]): Promise<void> {
    // When a reader is far behind there can be very many: they are not read for that.
    const behind = notDone(readers, settled.seq);
    if (behind !== undefined) return this.#putOff(id, settled, behind);
    const history = await this.#bus.readHistory(id);
    const together = await this.#repeatedBy(history);
    const now = this.#options.now();
    const due = compactionDue(history, {
      now,
      afterMs: this.#options.afterMs,
      readers,
      ...(together && { together }),
    });
    switch (due.kind) {
      case 'now': {
        const outcome = await this.#bus.compact(history, now);
        this.#forget(id);
        if (outcome.kind === 'compacted') return this.#options.onCompacted(id);
        return this.#options.onGivenUp(id, `its record has ${outcome.bytes} bytes, more than a message may have`);
      }
      case 'early':
        return void this.#waiting.set(id, { ...settled, at: due.until });
      case 'owed':
        return this.#putOff(id, settled, due.what);
      case 'never':
        this.#forget(id);
        return this.#options.onGivenUp(id, due.why);
      case 'done':
        return this.#forget(id);
      default:
        return due satisfies never;
    }
  }

  /** What a repetition repeats, as the facts have it. */
  async #repeatedBy({ id, facts }: History): Promise<Evaluation | undefined> {
    const run = fold(id, facts).submitted?.data.spec.run;
    if (run?.alone === undefined) return undefined;
    const together = evaluationOfRun({ id: run.id, suite: run.suite });
    return fold(together, await this.#bus.readFacts(together));
  }

  #putOff(id: EvaluationId, settled: Settled, owed: string): void {
    this.#waiting.set(id, { ...settled, at: this.#options.now() + LOOK_MS });
    this.#owed.set(id, owed);
  }

  #forget(id: EvaluationId): void {
    this.#waiting.delete(id);
    this.#owed.delete(id);
  }
}
