import type { Loss } from './loss.ts';
import type { Timings } from './timings.ts';

/** The losses of one observation, and how long to wait after the latest: what the server asked for, else a random part of a time that doubles with each loss in a row. */
export class Losses {
  readonly #timings: Timings;
  #latest: Loss | undefined;
  #inARow = 0;

  constructor(timings: Timings) {
    this.#timings = timings;
  }

  /** Why the last round ended; undefined when it ended because the next one was due. */
  get latest(): Loss | undefined {
    return this.#latest;
  }

  /** Notes a loss; one that comes after a watch that lived for a while is the first in a row again. */
  add(loss: Loss, livedMs: number): void {
    this.#latest = loss;
    this.#inARow = livedMs < this.#timings.shortestWatchMs ? this.#inARow + 1 : 0;
  }

  clear(): void {
    this.#latest = undefined;
    this.#inARow = 0;
  }

  pauseMs(): number {
    const { maxBackoffMs } = this.#timings;
    const backoffMs = Math.min(maxBackoffMs, (maxBackoffMs / 100) * 2 ** this.#inARow);
    return this.#latest?.retryAfterMs ?? Math.random() * backoffMs;
  }
}
