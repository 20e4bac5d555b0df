import { fact, type EvaluationId } from '@lacuna/contracts';
import type { Cluster, JobRef } from '@lacuna/cluster';
import { inDetailSpan, type Bus } from '@lacuna/messaging';
import { SpanKind } from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';
import { createJob, type CreateJobDeps } from './create-job.ts';
import { Queue, QUEUE_FACTS, type Entry } from './queue.ts';

export interface DispatcherOptions {
  /** How many Jobs may run at a time. */
  readonly capacity: number;
  /** An evaluation that waits longer than this for a slot gets a `dispatch-delayed` fact. Milliseconds. */
  readonly delayNoticeMs: number;
  readonly graceMs: number;
  readonly now: () => number;
  readonly onError: (error: unknown, evaluation: EvaluationId) => void;
}

/** Follows the facts and keeps the cluster at what they ask for: a Job for whoever has a slot, an end for whoever is cancelled. */
export class Dispatcher {
  readonly #bus: Pick<Bus, 'publishFact' | 'readEnv' | 'follow'>;
  readonly #cluster: Pick<Cluster, 'ensure' | 'stop'>;
  readonly #options: DispatcherOptions;
  readonly #queue = new Queue();
  readonly #working = new Map<EvaluationId, Promise<void>>();
  readonly #noticed = new Set<EvaluationId>();
  #caughtUp = false;

  constructor(
    bus: Pick<Bus, 'publishFact' | 'readEnv' | 'follow'>,
    cluster: Pick<Cluster, 'ensure' | 'stop'>,
    options: DispatcherOptions,
  ) {
    this.#bus = bus;
    this.#cluster = cluster;
    this.#options = options;
  }

  /** For metrics and readiness. */
  get state(): {
    readonly caughtUp: boolean;
    readonly waiting: number;
    readonly holding: number;
    readonly creating: number;
  } {
    return {
      caughtUp: this.#caughtUp,
      waiting: this.#queue.length,
      holding: this.#queue.holding,
      creating: this.#working.size,
    };
  }

  /** Runs until the signal is aborted, then waits for the Jobs that are being created. */
  async run(signal: AbortSignal): Promise<void> {
    const notices = setInterval(() => void this.#noticeDelays(), this.#options.delayNoticeMs / 2);
    try {
      for await (const next of this.#bus.follow({ types: QUEUE_FACTS }, signal)) {
        if ('kind' in next) this.#caughtUp = true;
        else this.#queue.add(next.fact, next.seq, next.storedAt);
        // Not before all that exists is known: a half-read queue would start what is done already.
        if (!this.#caughtUp) continue;
        this.#fill(signal);
        if (!('kind' in next)) this.#stopIfCancelled(next.fact.evaluation, signal);
        else for (const entry of this.#queue.entries()) this.#stopIfCancelled(entry.submitted.evaluation, signal);
      }
    } finally {
      clearInterval(notices);
      await Promise.allSettled(this.#working.values());
    }
  }

  #fill(signal: AbortSignal): void {
    while (this.#queue.holding + this.#working.size < this.#options.capacity && !signal.aborted) {
      const entry = this.#queue.take();
      if (entry === undefined) return;
      if (!this.#working.has(entry.submitted.evaluation)) this.#create(entry, signal);
    }
  }

  #stopIfCancelled(id: EvaluationId, signal: AbortSignal): void {
    const entry = this.#queue.get(id);
    if (
      entry === undefined ||
      !entry.cancelled ||
      entry.over ||
      entry.stopAsked ||
      this.#working.has(id) ||
      signal.aborted
    )
      return;
    // A refusal needs no slot.
    if (entry.job === undefined) return this.#create(entry, signal);
    entry.stopAsked = true;
    const { job, jobUid } = entry.job.data;
    this.#track(entry, this.#stop({ name: job, uid: jobUid }, signal), signal);
  }

  #create(entry: Entry, signal: AbortSignal): void {
    const { evaluation } = entry.submitted;
    const detail = { name: 'create Job', kind: SpanKind.INTERNAL, evaluation };
    const created = inDetailSpan(detail, () => createJob(entry, this.#createDeps(), signal)).then(
      // Known here before the stream tells it: else the slot would look free for a moment.
      (said) => said && this.#queue.add(said, entry.seq, entry.acceptedAt),
      (error: unknown) => {
        this.#options.onError(error, evaluation);
        this.#queue.giveBack(entry);
      },
    );
    this.#track(entry, created, signal);
  }

  #track(entry: Entry, work: Promise<unknown>, signal: AbortSignal): void {
    const id = entry.submitted.evaluation;
    const done = work.then(() => {
      this.#working.delete(id);
      this.#noticed.delete(id);
      this.#fill(signal);
      this.#stopIfCancelled(id, signal);
    });
    this.#working.set(id, done);
  }

  /** Asks until the cluster has heard it; the end itself is told by k8s-watch. */
  async #stop(job: JobRef, signal: AbortSignal): Promise<void> {
    for (let waitMs = 250; !signal.aborted; waitMs = Math.min(waitMs * 2, 5_000)) {
      const outcome = await this.#cluster.stop(job, signal);
      if (outcome.kind !== 'unavailable') return;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #noticeDelays(): Promise<void> {
    const { now, delayNoticeMs, capacity, onError } = this.#options;
    if (!this.#caughtUp) return;
    for (const { submitted, acceptedAt } of this.#queue.waiting()) {
      const id = submitted.evaluation;
      if (now() - acceptedAt < delayNoticeMs || this.#noticed.has(id)) continue;
      this.#noticed.add(id);
      const detail = `all ${capacity} slots are in use`;
      await this.#bus
        .publishFact(fact('dispatch-delayed', { evaluation: id, at: now() }, { cause: 'capacity', detail }))
        .catch((error: unknown) => onError(error, id));
    }
  }

  #createDeps(): CreateJobDeps {
    return { bus: this.#bus, cluster: this.#cluster, now: this.#options.now, graceMs: this.#options.graceMs };
  }
}
