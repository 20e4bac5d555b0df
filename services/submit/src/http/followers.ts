import { Failure, RETRY_AFTER_MS } from '@lacuna/contracts';
import type { FastifyReply } from 'fastify';

/** Whoever reads events or a log as they come: so many at a time, because each holds memory here and a place at NATS. */
export class Followers {
  readonly #max: number;
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get count(): number {
    return this.#count;
  }

  /** Takes one more in until the answer is over. Throws `Failure('overloaded')` when there are as many as there may be. */
  admit({ raw }: FastifyReply): void {
    if (this.#count >= this.#max)
      throw new Failure(
        'overloaded',
        `this server lets no more than ${this.#max} follow events and logs at a time (LACUNA_MAX_FOLLOWERS); what is followed goes on all the same`,
        { retryAfterMs: RETRY_AFTER_MS },
      );
    this.#count++;
    raw.once('close', () => this.#count--);
  }
}
