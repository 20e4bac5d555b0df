import type { EvaluationId, Fact } from '@lacuna/contracts';
import type { Cluster, EnsureOutcome, JobRequest } from '@lacuna/cluster';
import { inDetailSpan, type Bus, type RecordedFact } from '@lacuna/messaging';
import { SpanKind } from '@opentelemetry/api';
import { BlockedTime } from './blocked-time.ts';
import { createJob } from './create-job.ts';
import { CreateLimit } from './create-limit.ts';
import { DelayNotices } from './delay-notices.ts';
import type { Obstacle } from './obstacle.ts';
import type { Created } from './job-facts.ts';
import type { JobDefaults } from './job-request.ts';
import type { Weights } from './parse-weights.ts';
import { Queue, QUEUE_FACTS, type Entry } from './queue.ts';
import { untilHeard } from './until-heard.ts';

interface DispatcherOptions {
  /** How many Jobs may run at a time. */
  readonly capacity: number;
  /** How queues share the slots; evenly by default. */
  readonly weights?: Weights;
  /** How many create requests may be under way at a time, at best. */
  readonly maxCreates: number;
  /** An evaluation that waits longer than this for a slot gets a `dispatch-delayed` fact. Milliseconds. */
  readonly delayNoticeMs: number;
  readonly defaults: JobDefaults;
  readonly now: () => number;
  readonly onError: (error: unknown, evaluation: EvaluationId) => void;
}

type DispatcherBus = Pick<Bus, 'publishFact' | 'readEnv' | 'readFacts' | 'followOpen'>;
type DispatcherCluster = Pick<Cluster, 'ensure' | 'stop' | 'remove'>;

/** For metrics and readiness. */
interface DispatcherState {
  readonly caughtUp: boolean;
  readonly waiting: number;
  readonly holding: number;
  /** Create requests that may be under way at a time. */
  readonly createLimit: number;
  /** Jobs whose pod a quota refuses. */
  readonly refusedPods: number;
  readonly obstacle: Obstacle['cause'] | undefined;
}

/** Who has read no fact that is younger than this may lack what became of an evaluation; a Job stays for longer than this behind its end. Milliseconds. */
export const BEHIND_AFTER_MS = 1_000;

/** Follows the facts and keeps the cluster at what they ask for: a Job for whoever has a slot, an end for whoever is cancelled. */
export class Dispatcher {
  readonly #bus: DispatcherBus;
  readonly #cluster: DispatcherCluster;
  readonly #options: DispatcherOptions;
  readonly #queue: Queue;
  readonly #limit: CreateLimit;
  readonly #blocked = new BlockedTime();
  readonly #notices: DelayNotices;
  readonly #working = new Map<EvaluationId, Promise<void>>();
  /** Of Jobs that nobody needs. */
  readonly #removing = new Set<Promise<void>>();
  /** Entries whose create request has no answer yet. */
  readonly #asking = new Set<Entry>();
  #obstacle: Obstacle | undefined;
  #resume: NodeJS.Timeout | undefined;
  #caughtUp = false;
  /** When the latest fact that was read was stored: all that was stored before it was read, too. */
  #readUpTo = -Infinity;

  constructor(bus: DispatcherBus, cluster: DispatcherCluster, options: DispatcherOptions) {
    this.#bus = bus;
    this.#cluster = cluster;
    this.#options = options;
    this.#queue = new Queue(options.weights);
    this.#limit = new CreateLimit(options.maxCreates);
    this.#notices = new DelayNotices(bus, options);
  }

  get state(): DispatcherState {
    return {
      caughtUp: this.#caughtUp,
      waiting: this.#queue.length,
      holding: this.#queue.holding,
      createLimit: this.#limit.concurrency,
      refusedPods: this.#queue.pods.refused,
      obstacle: this.#obstacle?.cause,
    };
  }

  /** Runs until the signal is aborted, then waits for the Jobs that are being created. */
  async run(signal: AbortSignal): Promise<void> {
    const ticking = setInterval(() => this.#tick(signal), this.#options.delayNoticeMs / 2);
    try {
      for await (const next of this.#bus.followOpen({ types: QUEUE_FACTS }, signal)) {
        if (!('kind' in next)) this.#take(next, signal);
        else if (next.kind === 'caught-up') this.#catchUp(signal);
        else this.#queue.forget(next.evaluation, this.#options.now());
      }
    } finally {
      clearInterval(ticking);
      clearTimeout(this.#resume);
      await Promise.allSettled([...this.#working.values(), ...this.#removing]);
    }
  }

  #take({ fact, seq, storedAt }: RecordedFact, signal: AbortSignal): void {
    this.#queue.add(fact, seq, storedAt);
    this.#readUpTo = storedAt;
    // Not before all that exists is known: a half-read queue would start what is done already.
    if (!this.#caughtUp) return;
    this.#fill(signal);
    this.#stopIfCancelled(fact.evaluation, signal);
    this.#removeIfLate(fact, signal);
  }

  #catchUp(signal: AbortSignal): void {
    this.#caughtUp = true;
    this.#fill(signal);
    for (const { submitted } of this.#queue.entries()) this.#stopIfCancelled(submitted.evaluation, signal);
  }

  #tick(signal: AbortSignal): void {
    if (!this.#caughtUp) return;
    this.#fill(signal);
    if (this.#obstacle !== undefined) void this.#notices.tell(this.#queue.waiting(), this.#obstacle);
  }

  /** Makes Jobs until something is in the way, and remembers what. */
  #fill(signal: AbortSignal): void {
    const now = this.#options.now();
    this.#obstacle = this.#obstacleNow(now);
    while (this.#obstacle === undefined && !signal.aborted) {
      const entry = this.#queue.take(now);
      if (entry === undefined) break;
      if (!this.#working.has(entry.submitted.evaluation)) this.#create(entry, signal);
      this.#obstacle = this.#obstacleNow(now);
    }
    this.#blocked.note(this.#queue.length === 0 ? undefined : this.#obstacle?.cause, now);
    this.#resumeLater(now, signal);
  }

  #obstacleNow(now: number): Obstacle | undefined {
    const { capacity } = this.#options;
    if (this.#queue.holding >= capacity) return { cause: 'capacity', detail: `all ${capacity} slots are in use` };
    return this.#queue.pods.obstacle(now) ?? this.#limit.obstacle(this.#asking.size, now);
  }

  /** No fact tells that a pause is over. */
  #resumeLater(now: number, signal: AbortSignal): void {
    clearTimeout(this.#resume);
    const pausedMs = this.#limit.pausedMs(now);
    if (pausedMs > 0 && this.#queue.length > 0) this.#resume = setTimeout(() => this.#fill(signal), pausedMs);
  }

  #stopIfCancelled(id: EvaluationId, signal: AbortSignal): void {
    const entry = this.#queue.get(id);
    if (entry === undefined || !entry.cancelled || entry.over || entry.stopAsked) return;
    if (this.#working.has(id) || signal.aborted) return;
    if (entry.job === undefined) {
      // A refusal needs no slot.
      this.#queue.hold(entry, this.#options.now());
      return this.#create(entry, signal);
    }
    entry.stopAsked = true;
    const { job: name, jobUid: uid } = entry.job.data;
    // The end itself is told by k8s-watch.
    const stopped = untilHeard(() => this.#cluster.stop({ name, uid }, signal), signal);
    this.#track(entry, stopped, signal);
  }

  #create(entry: Entry, signal: AbortSignal): void {
    const { evaluation } = entry.submitted;
    const { bus, options } = { bus: this.#bus, options: this.#options };
    const deps = {
      bus,
      now: options.now,
      isBehind: options.now() - this.#readUpTo > BEHIND_AFTER_MS,
      defaults: options.defaults,
      waits: this.#blocked.between(entry.waitsSince, options.now()),
      pauseMs: () => Math.max(100, this.#limit.pausedMs(options.now())),
      ask: (request: JobRequest) => this.#ask(entry, request, signal),
    };
    this.#asking.add(entry);
    const detail = { name: 'create Job', kind: SpanKind.INTERNAL, evaluation };
    const created = inDetailSpan(detail, () => createJob(entry, deps, signal)).then(
      (outcome) => this.#created(entry, outcome),
      (error: unknown) => {
        options.onError(error, evaluation);
        this.#queue.giveBack(entry, options.now());
      },
    );
    this.#track(
      entry,
      created.finally(() => this.#asking.delete(entry)),
      signal,
    );
  }

  async #ask(entry: Entry, request: JobRequest, signal: AbortSignal): Promise<EnsureOutcome> {
    const askedAt = this.#options.now();
    const outcome = await this.#cluster.ensure(request, signal);
    this.#limit.heard(outcome, { askedAt, now: this.#options.now() });
    // One whose outcome is not known keeps its place among the requests that the cluster bears.
    if (outcome.kind !== 'unavailable') this.#asking.delete(entry);
    this.#fill(signal);
    return outcome;
  }

  async #created(entry: Entry, outcome: Created): Promise<void> {
    const now = this.#options.now();
    if (outcome.kind === 'said') {
      // Known here before the stream tells it: else the slot would look free for a moment.
      return this.#queue.add(outcome.fact, entry.seq, now);
    }
    if (outcome.kind === 'settled') return this.#queue.forget(entry.submitted.evaluation, now);
    this.#queue.giveBack(entry, now);
    if (outcome.kind === 'put-off') await this.#notices.tell([entry], outcome.obstacle, { now: true });
  }

  /** A Job that is told only behind the verdict, by whichever dispatcher: what cleans up after a verdict could not know it. */
  #removeIfLate(fact: Fact, signal: AbortSignal): void {
    if (fact.type !== 'job-created' || this.#queue.get(fact.evaluation) !== undefined) return;
    const { job: name, jobUid: uid } = fact.data;
    const removing = untilHeard(() => this.#cluster.remove({ name, uid }, signal), signal);
    this.#removing.add(removing);
    void removing.finally(() => this.#removing.delete(removing));
  }

  #track(entry: Entry, work: Promise<unknown>, signal: AbortSignal): void {
    const id = entry.submitted.evaluation;
    const done = work.then(() => {
      this.#working.delete(id);
      this.#fill(signal);
      this.#stopIfCancelled(id, signal);
    });
    this.#working.set(id, done);
  }
}
