import { STORAGE_FACTS, type Deadlines, type EvaluationId, type Fact } from '@lacuna/contracts';
import { decide, fold, join, unknownEvaluation, type Evaluation } from '@lacuna/lifecycle';
import type { Bus, RecordedFact } from '@lacuna/messaging';
import { Comparisons } from './comparisons.ts';
import { Ledger } from './ledger.ts';
import { Sleeps } from './sleeps.ts';

type AuditedBus = Pick<Bus, 'followOpen' | 'publishFact' | 'readFact' | 'readFacts' | 'logEnd' | 'readLog'>;

export interface AuditorOptions {
  readonly deadlines: Deadlines;
  readonly now: () => number;
  /** Milliseconds on a clock that stands still while the machine sleeps. */
  readonly awakeMs: () => number;
  /** How long after the start, or a sleep, it waits for what was overdue by then. Milliseconds. */
  readonly settleMs: number;
  readonly onError: (error: unknown, evaluation: EvaluationId) => void;
  /** Told of what this auditor said first. */
  readonly onSaid?: (fact: Fact) => void;
  /** Told of every verdict in the stream, also of those before the start. */
  readonly onSettled?: (settled: RecordedFact) => void;
  /** How often deadlines are checked, in milliseconds. */
  readonly tickMs: number;
}

/**
 * Folds all facts and publishes what they, and the clock, call for: findings, their clearing, the verdict, and how suites compare that
 * were repeated by themselves.
 * Two auditors publish the same facts, and the stream keeps the first of each; a crash between two publishes is made good by the next look.
 */
export class Auditor {
  readonly #bus: AuditedBus;
  readonly #options: AuditorOptions;
  readonly #sleeps: Sleeps;
  readonly #ledger: Ledger;
  readonly #comparisons: Comparisons;
  readonly #judging = new Map<EvaluationId, Promise<void>>();
  /** Evaluations that changed while they were being judged. */
  readonly #again = new Set<EvaluationId>();
  readonly #strays = new Set<EvaluationId>();
  /** Evaluations that changed since the last look. */
  readonly #changed = new Set<EvaluationId>();
  #caughtUp = false;

  constructor(bus: AuditedBus, options: AuditorOptions) {
    this.#bus = bus;
    this.#options = options;
    this.#sleeps = new Sleeps(options.settleMs);
    this.#ledger = new Ledger(options.deadlines, this.#sleeps);
    this.#comparisons = new Comparisons(bus, options.onError);
  }

  get state(): { readonly caughtUp: boolean; readonly open: number; readonly judging: number } {
    return { caughtUp: this.#caughtUp, open: this.#ledger.openCount, judging: this.#judging.size };
  }

  /** What is known of an evaluation, at least up to the given fact: from memory when it is there, else from the stream. */
  async evaluationWith({ fact, seq }: RecordedFact): Promise<Evaluation> {
    const known = this.#ledger.get(fact.evaluation);
    return known !== undefined && fact.type === 'settled' && known.settled !== undefined
      ? known
      : fold(fact.evaluation, await this.#bus.readFacts(fact.evaluation, seq));
  }

  /** Runs until the signal is aborted, then waits for what is being published. */
  async run(signal: AbortSignal): Promise<void> {
    const ticking = setInterval(() => this.#tick(), this.#options.tickMs);
    try {
      for await (const next of this.#bus.followOpen({}, signal)) {
        if (!('kind' in next)) this.#take(next);
        else if (next.kind === 'caught-up') this.#catchUp();
        else this.#forget(next.evaluation);
      }
    } finally {
      clearInterval(ticking);
      this.#changed.clear();
      await Promise.allSettled([...this.#judging.values(), this.#comparisons.idle()]);
    }
  }

  #take(recorded: RecordedFact): void {
    if (STORAGE_FACTS.has(recorded.fact.type)) return;
    const evaluation = this.#ledger.add(recorded);
    const id = recorded.fact.evaluation;
    if (recorded.fact.type === 'settled') this.#options.onSettled?.(recorded);
    if (evaluation === undefined) this.#strays.add(id);
    this.#comparisons.add(recorded, evaluation);
    // Judged only on the whole of what is stored: half a history always has holes.
    if (!this.#caughtUp) return;
    // Facts that come together are judged together.
    if (this.#changed.size === 0) setImmediate(() => this.#judgeChanged());
    this.#changed.add(id);
  }

  /** Compacted: there is nothing to judge, and of its facts only some may have been seen. */
  #forget(id: EvaluationId): void {
    this.#ledger.forget(id);
    this.#strays.delete(id);
  }

  #judgeChanged(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const id of changed) this.#judge(id, this.#strays.has(id));
  }

  #catchUp(): void {
    this.#caughtUp = true;
    // The start, for what is submitted from now on. At the first tick some would have been by then, and their deadlines be waited for in vain.
    this.#now();
    for (const id of this.#strays) this.#judge(id, true);
    for (const id of this.#ledger.openIds()) this.#judge(id, false);
  }

  #tick(): void {
    if (!this.#caughtUp) return;
    for (const id of this.#ledger.due(this.#now())) this.#judge(id, true);
    this.#comparisons.work();
  }

  #judge(id: EvaluationId, fresh: boolean): void {
    if (this.#judging.has(id)) return void this.#again.add(id);
    const judging = this.#judgeOnce(id, fresh)
      .catch((error: unknown) => this.#options.onError(error, id))
      .finally(() => {
        this.#judging.delete(id);
        if (this.#again.delete(id)) this.#judge(id, false);
      });
    this.#judging.set(id, judging);
  }

  async #judgeOnce(id: EvaluationId, fresh: boolean): Promise<void> {
    let isFresh = fresh;
    if (isFresh) await this.#readAgain(id);
    this.#strays.delete(id);
    for (;;) {
      const evaluation = this.#ledger.get(id);
      if (evaluation === undefined) return;
      const now = this.#now();
      const [due] = decide(evaluation, now, this.#options.deadlines);
      if (due === undefined || this.#isTooSoon(due, now)) return;
      // A deadline is judged on a fresh read: what this process has not seen yet, because it was stopped or is behind, must not be called missing.
      if (!isFresh && this.#ledger.isDue(id, now)) {
        await this.#readAgain(id);
        isFresh = true;
        continue;
      }
      const outcome = await this.#bus.publishFact(due);
      if (outcome.kind === 'stored') this.#options.onSaid?.(due);
      // Another auditor may have been first: what the stream keeps counts, not what we meant to say.
      const kept = outcome.kind === 'stored' ? due : outcome.fact;
      const known = this.#ledger.get(id) ?? evaluation;
      this.#ledger.put(join(known, { fact: kept, storedAt: this.#options.now() }));
    }
  }

  /** Looks at the clock, and notices when that was not done for long. */
  #now(): number {
    const now = this.#options.now();
    if (this.#sleeps.look(now, this.#options.awakeMs())) this.#ledger.woke();
    return now;
  }

  /** Whether only the clock calls for it, and those who could still tell of it may have just woken up. */
  #isTooSoon(due: Fact, now: number): boolean {
    const isByFacts = due.type === 'finding-cleared' || (due.type === 'finding-raised' && due.data.cause !== 'missing');
    const { evaluation: id } = due;
    return !isByFacts && this.#ledger.isOverdue(id, now) && !this.#ledger.isDue(id, now);
  }

  /** What is read is added to what is known: facts may have come meanwhile, and a replica of the stream may be behind them. */
  async #readAgain(id: EvaluationId): Promise<void> {
    const facts = await this.#bus.readFacts(id);
    this.#ledger.put(facts.reduce(join, this.#ledger.get(id) ?? unknownEvaluation(id)));
  }
}
