import type { EnsureOutcome } from '@lacuna/cluster';
import type { Obstacle } from './obstacle.ts';

/** With how many requests at a time it begins: few enough not to hurt a cluster that is in trouble already. */
const START = 4;
/** A create that takes longer says that the API server is overloaded. Source: Kubernetes' own objective, 99 % of mutating calls within 1 s. */
const SLOW_MS = 1_000;
/** Pauses after refusals in a row that name none. Milliseconds. */
const BACKOFF_MS = [100, 250, 500, 1_000, 2_000, 5_000] as const;

/**
 * How many create requests may be under way, learned from what becomes of them: additive increase, multiplicative decrease, as TCP does it.
 * Each good answer raises it (by one until the first trouble, later by one a round); a 429, a failure or a slow answer halves it, once a
 * round. After a refusal nothing is sent before the server's `Retry-After`, or a growing pause, is over. A pure function of what it is told; milliseconds throughout.
 */
export class CreateLimit {
  readonly #max: number;
  #concurrency: number;
  /** Up to it each good answer raises by one. */
  #threshold = Infinity;
  /** Answers to requests sent before it are of the same trouble. */
  #troubleAt = -Infinity;
  #refusals = 0;
  #pause: { readonly until: number; readonly obstacle: Obstacle } | undefined;

  constructor(max: number) {
    this.#max = max;
    this.#concurrency = Math.min(START, max);
  }

  /** Create requests that may be under way at a time. */
  get concurrency(): number {
    return Math.floor(this.#concurrency);
  }

  /** Takes over what became of a request. */
  heard(outcome: EnsureOutcome, { askedAt, now }: { readonly askedAt: number; readonly now: number }): void {
    switch (outcome.kind) {
      case 'created':
      case 'adopted':
      case 'denied':
      case 'collision':
        this.#refusals = 0;
        if (now - askedAt > SLOW_MS) this.#lower(askedAt, now);
        else this.#raise();
        return;
      case 'throttled':
        this.#lower(askedAt, now);
        return this.#pauseUntil(now + Math.max(outcome.retryAfterMs, this.#backoffMs()), outcome);
      case 'quota':
        // One at a time: what is free may be one place.
        if (this.#lower(askedAt, now)) this.#concurrency = 1;
        return this.#pauseUntil(now + this.#backoffMs(), outcome);
      case 'unavailable':
        this.#lower(askedAt, now);
        return this.#pauseUntil(now + this.#backoffMs(), outcome);
      default:
        return outcome satisfies never;
    }
  }

  /** What is in the way of another request when so many are under way; undefined when nothing is. */
  obstacle(underWay: number, now: number): Obstacle | undefined {
    if (this.pausedMs(now) > 0) return this.#pause?.obstacle;
    if (underWay < this.concurrency) return undefined;
    const detail = `${underWay} create requests are under way, as many as the cluster bears`;
    return this.#pause?.obstacle ?? { cause: 'client', detail };
  }

  /** How long nothing may be sent. */
  pausedMs(now: number): number {
    return Math.max(0, (this.#pause?.until ?? -Infinity) - now);
  }

  #raise(): void {
    this.#pause = undefined;
    const step = this.#concurrency < this.#threshold ? 1 : 1 / this.#concurrency;
    this.#concurrency = Math.min(this.#max, this.#concurrency + step);
  }

  /** Halves the limit, once for all requests of a round; says whether it did. */
  #lower(askedAt: number, now: number): boolean {
    if (askedAt < this.#troubleAt) return false;
    this.#troubleAt = now;
    this.#refusals++;
    this.#threshold = Math.max(1, this.#concurrency / 2);
    this.#concurrency = this.#threshold;
    return true;
  }

  #backoffMs(): number {
    return BACKOFF_MS[Math.min(Math.max(this.#refusals, 1), BACKOFF_MS.length) - 1] ?? 0;
  }

  #pauseUntil(until: number, outcome: Extract<EnsureOutcome, { kind: 'throttled' | 'quota' | 'unavailable' }>): void {
    const obstacle = { cause: outcome.kind, detail: outcome.message };
    this.#pause = { until: Math.max(until, this.#pause?.until ?? 0), obstacle };
  }
}
