import type { EvaluationId, Fact, FactOf, FactType } from '@lacuna/contracts';

/** The facts that the queue is made of. */
export const QUEUE_FACTS: FactType[] = [
  'submitted',
  'cancel-requested',
  'job-created',
  'job-refused',
  'job-finished',
  'job-gone',
  'container-ended',
  'settled',
];

/** After these an evaluation needs no slot. */
const ENDS: ReadonlySet<FactType> = new Set(['job-refused', 'job-finished', 'job-gone', 'container-ended', 'settled']);

/** One evaluation in the queue's eyes. */
export interface Entry {
  readonly submitted: FactOf<'submitted'>;
  /** Position in the stream: first come, first served. */
  readonly seq: number;
  readonly acceptedAt: number;
  cancelled: boolean;
  /** The cluster was asked to stop it; its end is told by k8s-watch. */
  stopAsked: boolean;
  job?: FactOf<'job-created'>;
  /** No Job any more, or never one: it needs no slot. */
  over: boolean;
}

/**
 * The queue as the facts have it: who waits, who holds a slot, who must be stopped. It is a projection of the stream and nothing else:
 * a restarted or second dispatcher sees the same queue in the same order, and capacity is a count of facts, never a counter.
 */
export class Queue {
  readonly #entries = new Map<EvaluationId, Entry>();
  readonly #holding = new Set<EvaluationId>();
  /** Waiting entries, the next one last, so that taking it is cheap. Entries that stopped waiting are skipped when met. */
  readonly #line: Entry[] = [];

  /** Adds a fact, in stream order: a fact about an evaluation that is not in the queue is about a settled one. */
  add(fact: Fact, seq: number, storedAt: number): void {
    if (fact.type === 'submitted')
      return this.#enter({
        submitted: fact,
        seq,
        acceptedAt: storedAt,
        cancelled: false,
        stopAsked: false,
        over: false,
      });
    const entry = this.#entries.get(fact.evaluation);
    if (entry === undefined) return;
    if (fact.type === 'cancel-requested') entry.cancelled = true;
    else if (fact.type === 'job-created') entry.job = fact;
    else if (ENDS.has(fact.type)) entry.over = true;
    if (entry.job !== undefined && !entry.over) this.#holding.add(fact.evaluation);
    else this.#holding.delete(fact.evaluation);
    if (fact.type === 'settled') this.#entries.delete(fact.evaluation);
  }

  /** The next evaluation that waits for a Job, taken from the line; undefined when none waits. Cancelled ones are handed out too: they need a refusal. */
  take(): Entry | undefined {
    for (let entry = this.#line.pop(); entry !== undefined; entry = this.#line.pop()) {
      if (entry.job === undefined && !entry.over) return entry;
    }
    return undefined;
  }

  /** How many may still be waiting; stale entries count until they are met. */
  get length(): number {
    return this.#line.length;
  }

  /** How many Jobs hold a slot: created and not over. */
  get holding(): number {
    return this.#holding.size;
  }

  /** The entry of an evaluation that is not settled. */
  get(id: EvaluationId): Entry | undefined {
    return this.#entries.get(id);
  }

  /** Puts an entry back that could not be served, at its old place. */
  giveBack(entry: Entry): void {
    if (entry.job === undefined && !entry.over) this.#line.splice(this.#placeOf(entry), 0, entry);
  }

  /** All that is not settled. */
  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  /** Entries that wait, next one first; for explaining the queue to people. */
  *waiting(): Iterable<Entry> {
    for (let i = this.#line.length - 1; i >= 0; i--) {
      const entry = this.#line[i];
      if (entry !== undefined && entry.job === undefined && !entry.over) yield entry;
    }
  }

  #enter(entry: Entry): void {
    this.#entries.set(entry.submitted.evaluation, entry);
    this.#line.splice(this.#placeOf(entry), 0, entry);
  }

  #placeOf(entry: Entry): number {
    let low = 0;
    for (let high = this.#line.length; low < high;) {
      const middle = (low + high) >> 1;
      const other = this.#line[middle];
      if (other !== undefined && goesBefore(entry, other)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Higher priority first, then the order of acceptance. */
function goesBefore(a: Entry, b: Entry): boolean {
  const difference = (a.submitted.data.spec.priority ?? 0) - (b.submitted.data.spec.priority ?? 0);
  return difference > 0 || (difference === 0 && a.seq < b.seq);
}
