import type { EvaluationId } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';

/** Settled evaluations kept in memory, because a few facts mostly come after the verdict. */
const SETTLED_KEPT = 1_000;

/** The evaluations that facts are joined to, in memory: all that are open, those that were settled last, and which of them changed since they were written. */
export class KnownEvaluations {
  readonly #known = new Map<EvaluationId, Evaluation>();
  readonly #settled = new Set<EvaluationId>();
  readonly #changed = new Set<EvaluationId>();

  get(id: EvaluationId): Evaluation | undefined {
    return this.#known.get(id);
  }

  /** It changed to this. */
  set(evaluation: Evaluation): void {
    const { id, settled } = evaluation;
    this.#known.set(id, evaluation);
    if (settled !== undefined) this.#settled.add(id);
    this.#changed.add(id);
  }

  get isWritten(): boolean {
    return this.#changed.size === 0;
  }

  *changed(): Generator<Evaluation, void, undefined> {
    for (const id of this.#changed) {
      const evaluation = this.#known.get(id);
      if (evaluation !== undefined) yield evaluation;
    }
  }

  /** All that changed is written by now: what was settled long ago is not needed any more. */
  written(): void {
    this.#changed.clear();
    for (const id of this.#settled) {
      if (this.#settled.size <= SETTLED_KEPT) return;
      this.#settled.delete(id);
      this.#known.delete(id);
    }
  }

  clear(): void {
    for (const memory of [this.#known, this.#settled, this.#changed]) memory.clear();
  }
}
