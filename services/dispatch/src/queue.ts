import type { EvaluationId, Fact, FactOf, FactType } from '@lacuna/contracts';
import { FairLine, type Claim } from './fair-line.ts';
import type { Weights } from './parse-weights.ts';
import { PodAdmission } from './pod-admission.ts';

/** The facts that the queue is made of. */
export const QUEUE_FACTS: FactType[] = [
  'submitted',
  'cancel-requested',
  'job-created',
  'job-refused',
  'cluster-warned',
  'pod-created',
  'job-finished',
  'job-gone',
  'container-ended',
  'retry-ordered',
  'settled',
];

/** After these a Job needs no slot. */
const ENDS: ReadonlySet<FactType> = new Set(['job-finished', 'job-gone', 'container-ended']);
/** Whose label says whose the evaluation is; slots of one queue are shared among tenants. */
const TENANT_LABEL = 'tenant';

/** One evaluation in the queue's eyes: its latest attempt. */
export interface Entry extends Claim {
  readonly submitted: FactOf<'submitted'>;
  attempt: number;
  /** Since when the attempt waits. */
  waitsSince: number;
  cancelled: boolean;
  /** The cluster was asked to stop it; its end is told by k8s-watch. */
  stopAsked: boolean;
  /** Handed out, to get a Job. */
  taken: boolean;
  job?: FactOf<'job-created'>;
  /** Somebody said that there will be no Job. Of two dispatchers the other may have made one all the same: then there is one. */
  refused: boolean;
  /** Its Job needs no slot any more. */
  ended: boolean;
  /** No Job any more, or never one: it needs no slot. */
  over: boolean;
}

/** What nothing is known of yet. */
const BEGUN = { stopAsked: false, taken: false, refused: false, ended: false, over: false };

/**
 * The queue as the facts have it: who waits, who holds a slot, who must be stopped. It is a projection of the stream and nothing else:
 * a restarted or second dispatcher sees the same queue in the same order, and capacity is a count of facts, never a counter.
 */
export class Queue {
  /** What the cluster's quota lets have pods. */
  readonly pods = new PodAdmission();
  readonly #entries = new Map<EvaluationId, Entry>();
  readonly #line: FairLine<Entry>;
  readonly #waiting = new Set<Entry>();
  readonly #holding = new Set<Entry>();

  /** Queues share by weight. */
  constructor(weights: Weights = new Map()) {
    this.#line = new FairLine<Entry>(isWaiting, weights);
  }

  /** Adds a fact, in stream order: a fact about an evaluation that is not in the queue is about a settled one. */
  add(fact: Fact, seq: number, storedAt: number): void {
    if (fact.type === 'submitted') return this.#enter(fact, seq, storedAt);
    const entry = this.#entries.get(fact.evaluation);
    if (entry === undefined) return;
    if (fact.type === 'settled') return this.forget(fact.evaluation, storedAt);
    if (fact.type === 'cancel-requested') entry.cancelled = true;
    else if (fact.attempt === entry.attempt) this.#addToAttempt(entry, fact, storedAt);
    this.#count(entry, storedAt);
  }

  /** The evaluation is settled: it needs neither a place nor a slot. */
  forget(id: EvaluationId, now: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.over = true;
    this.#count(entry, now);
    this.#entries.delete(id);
  }

  /** The next attempt that waits for a Job, taken from the line; it holds a slot from now on. Cancelled ones are handed out too: they need a refusal. */
  take(now: number): Entry | undefined {
    const entry = this.#line.take();
    if (entry !== undefined) this.hold(entry, now);
    return entry;
  }

  /** Takes an entry out of turn. */
  hold(entry: Entry, now: number): void {
    entry.taken = true;
    this.#count(entry, now);
  }

  /** Puts an entry back that could not be served, at its old place. */
  giveBack(entry: Entry, now: number): void {
    entry.taken = false;
    this.#count(entry, now);
    if (isWaiting(entry)) this.#line.add(entry);
  }

  /** How many wait for a Job. */
  get length(): number {
    return this.#waiting.size;
  }

  /** How many hold a slot: their Job is being made, or made and not over. */
  get holding(): number {
    return this.#holding.size;
  }

  /** The entry of an evaluation that is not settled. */
  get(id: EvaluationId): Entry | undefined {
    return this.#entries.get(id);
  }

  /** All that is not settled. */
  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  /** Entries that wait; for explaining the queue to people. */
  waiting(): Iterable<Entry> {
    return this.#line;
  }

  #enter(submitted: FactOf<'submitted'>, seq: number, storedAt: number): void {
    if (this.#entries.has(submitted.evaluation)) return;
    const { queue = 'default', priority = 0, labels = {} } = submitted.data.spec;
    const claim = { queue, priority, tenant: labels[TENANT_LABEL] ?? '', seq };
    const entry: Entry = { ...claim, submitted, attempt: 1, waitsSince: storedAt, cancelled: false, ...BEGUN };
    this.#entries.set(submitted.evaluation, entry);
    this.#line.add(entry);
    this.#count(entry, storedAt);
  }

  #addToAttempt(entry: Entry, fact: Fact, storedAt: number): void {
    const { evaluation } = fact;
    if (fact.type === 'job-created') entry.job = fact;
    else if (fact.type === 'job-refused') entry.refused = true;
    // Facts come in any order: of one that is over nothing is counted any more.
    else if (fact.type === 'pod-created' && !entry.over) this.pods.pod(evaluation);
    else if (fact.type === 'cluster-warned' && fact.data.quota === 'full')
      this.pods.refuse(evaluation, fact.data.message, storedAt);
    else if (ENDS.has(fact.type)) entry.ended = true;
    else if (fact.type === 'retry-ordered') this.#enterAgain(entry, fact.data.next, storedAt);
    entry.over = entry.ended || (entry.refused && entry.job === undefined);
  }

  /** The next attempt waits at the evaluation's old place: it was accepted long ago. */
  #enterAgain(entry: Entry, attempt: number, storedAt: number): void {
    delete entry.job;
    Object.assign(entry, { attempt, waitsSince: storedAt, ...BEGUN });
    this.#line.add(entry);
  }

  #count(entry: Entry, now: number): void {
    const { evaluation } = entry.submitted;
    if (isWaiting(entry)) this.#waiting.add(entry);
    else this.#waiting.delete(entry);
    const holds = (entry.taken || entry.job !== undefined) && !entry.over;
    if (holds === this.#holding.has(entry)) return;
    if (holds) {
      this.#holding.add(entry);
      this.#line.hold(entry);
      this.pods.job(evaluation);
    } else {
      this.#holding.delete(entry);
      this.#line.release(entry);
      this.pods.over(evaluation, now);
    }
  }
}

function isWaiting({ taken, job, over }: Entry): boolean {
  return !taken && job === undefined && !over;
}
