import { evaluationOfRun, evaluationsOfRun, type EvaluationId, type RunPlace } from '@lacuna/contracts';
import { compareAlone, type Evaluation } from '@lacuna/lifecycle';
import type { Bus, RecordedFact } from '@lacuna/messaging';
import { logClues } from './log-clues-of.ts';
import { withVerdict } from './settled-evaluations.ts';

type Needed = Pick<Bus, 'publishFact' | 'readFact' | 'readFacts' | 'logEnd' | 'readLog'>;

/**
 * Suites that were repeated by themselves and are to be compared with how they ran together: a fact is owed for each repetition as soon
 * as both have a verdict. What is owed follows from the facts, so a crash before it is published is made good by the next auditor.
 */
export class Comparisons {
  readonly #bus: Needed;
  readonly #onError: (error: unknown, evaluation: EvaluationId) => void;
  /** Repetitions that are settled and not compared, each with the evaluation that it repeats. */
  readonly #owed = new Map<EvaluationId, EvaluationId>();
  /** Of these, the ones to look at: something has changed since the last look, or it failed. */
  readonly #due = new Set<EvaluationId>();
  #working: Promise<void> | undefined;

  constructor(bus: Needed, onError: (error: unknown, evaluation: EvaluationId) => void) {
    this.#bus = bus;
    this.#onError = onError;
  }

  /** Takes a fact into account; `evaluation` is what is known with it. */
  add({ fact }: RecordedFact, evaluation: Evaluation | undefined): void {
    if (fact.type === 'compared-alone') this.#owed.delete(fact.data.alone as EvaluationId);
    const run = evaluation?.submitted?.data.spec.run;
    if (fact.type !== 'settled' || run === undefined) return;
    if (run.alone !== undefined) this.#owe(fact.evaluation, run);
    else for (const [alone, together] of this.#owed) if (together === fact.evaluation) this.#due.add(alone);
  }

  /** Compares what is due; does nothing while it is at work. */
  work(): void {
    if (this.#due.size === 0) return;
    this.#working ??= this.#compareAll().finally(() => (this.#working = undefined));
  }

  /** Resolves when nothing is being compared. */
  async idle(): Promise<void> {
    await this.#working;
  }

  #owe(alone: EvaluationId, { id, suite }: RunPlace): void {
    this.#owed.set(alone, evaluationOfRun({ id, suite }));
    this.#due.add(alone);
  }

  async #compareAll(): Promise<void> {
    const due = Array.from(this.#due);
    this.#due.clear();
    for (const alone of due) {
      const together = this.#owed.get(alone);
      if (together === undefined) continue;
      try {
        await this.#compare(alone, together);
      } catch (error) {
        this.#due.add(alone);
        this.#onError(error, together);
      }
    }
  }

  async #compare(aloneId: EvaluationId, togetherId: EvaluationId): Promise<void> {
    const [alone, together] = await Promise.all([withVerdict(this.#bus, aloneId), withVerdict(this.#bus, togetherId)]);
    const run = together.submitted?.data.spec.run;
    // One that was never submitted together, or runs still: it is looked at again with its verdict.
    if (run === undefined || together.settled === undefined) return;
    const others = await Promise.all(
      evaluationsOfRun(run)
        .filter((id) => id !== togetherId)
        .map((id) => withVerdict(this.#bus, id)),
    );
    const clues = { together: await logClues(this.#bus, together), alone: await logClues(this.#bus, alone) };
    const found = compareAlone({ together, alone, others, clues });
    if (found !== undefined) await this.#bus.publishFact(found);
    this.#owed.delete(aloneId);
  }
}
