import type { Deadlines, EvaluationId } from '@lacuna/contracts';
import { join, nextDeadline, unknownEvaluation, type Evaluation, type Recorded } from '@lacuna/lifecycle';
import type { Sleeps } from './sleeps.ts';

interface Entry {
  readonly evaluation: Evaluation;
  /** Worked out when it is asked for, because most entries change before that; infinite when only a fact can change anything. */
  deadline?: number;
}

/** How many settled evaluations are kept for late facts and the exporter before the stream is read for them again. */
const KEPT_SETTLED = 2_000;

/**
 * The open evaluations as the facts have them, and the latest settled ones. Holds nothing that the stream does not: it can be thrown
 * away and folded again at any time.
 */
export class Ledger {
  readonly #deadlines: Deadlines;
  readonly #sleeps: Pick<Sleeps, 'dueAt'>;
  readonly #open = new Map<EvaluationId, Entry>();
  readonly #settled = new Map<EvaluationId, Evaluation>();

  constructor(deadlines: Deadlines, sleeps: Pick<Sleeps, 'dueAt'>) {
    this.#deadlines = deadlines;
    this.#sleeps = sleeps;
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Adds a fact and returns what is known now; undefined when the evaluation's earlier facts are not at hand. */
  add(recorded: Recorded): Evaluation | undefined {
    const { fact } = recorded;
    const known =
      this.get(fact.evaluation) ?? (fact.type === 'submitted' ? unknownEvaluation(fact.evaluation) : undefined);
    if (known === undefined) return undefined;
    const evaluation = join(known, recorded);
    this.put(evaluation);
    return evaluation;
  }

  get(id: EvaluationId): Evaluation | undefined {
    return this.#open.get(id)?.evaluation ?? this.#settled.get(id);
  }

  /** Replaces what is known, after a fresh read of the stream. */
  put(evaluation: Evaluation): void {
    const { id } = evaluation;
    // Facts about what nobody accepted (an orphan's) are no open evaluation.
    if (evaluation.submitted === undefined) return;
    if (evaluation.settled === undefined) {
      this.#open.set(id, { evaluation });
      return;
    }
    this.#open.delete(id);
    this.#settled.delete(id);
    this.#settled.set(id, evaluation);
    if (this.#settled.size > KEPT_SETTLED) this.#dropOldestSettled();
  }

  /** The evaluation is settled, whatever of it was seen. */
  forget(id: EvaluationId): void {
    this.#open.delete(id);
  }

  /** Evaluations whose next deadline has come. */
  due(now: number): EvaluationId[] {
    const due: EvaluationId[] = [];
    for (const [id, entry] of this.#open) if (this.#deadlineOf(entry) <= now) due.push(id);
    return due;
  }

  /** Whether it is one of them. */
  isDue(id: EvaluationId, now: number): boolean {
    const entry = this.#open.get(id);
    return entry !== undefined && this.#deadlineOf(entry) <= now;
  }

  /** Whether its next deadline has passed, due or not. */
  isOverdue(id: EvaluationId, now: number): boolean {
    const evaluation = this.#open.get(id)?.evaluation;
    return evaluation !== undefined && (nextDeadline(evaluation, this.#deadlines) ?? Infinity) <= now;
  }

  /** Somebody slept: deadlines are to be worked out anew. */
  woke(): void {
    for (const entry of this.#open.values()) delete entry.deadline;
  }

  openIds(): Iterable<EvaluationId> {
    return this.#open.keys();
  }

  #deadlineOf(entry: Entry): number {
    const { evaluation } = entry;
    return (entry.deadline ??= this.#sleeps.dueAt(
      nextDeadline(evaluation, this.#deadlines) ?? Infinity,
      evaluation.acceptedAt ?? 0,
    ));
  }

  #dropOldestSettled(): void {
    for (const id of this.#settled.keys()) {
      this.#settled.delete(id);
      return;
    }
  }
}
