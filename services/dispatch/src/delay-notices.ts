import { cutFor, fact, type EvaluationId } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import type { Obstacle } from './obstacle.ts';
import type { Entry } from './queue.ts';

interface DelayNoticesOptions {
  /** Who waits less is not told of. Milliseconds. */
  readonly delayNoticeMs: number;
  readonly now: () => number;
  readonly onError: (error: unknown, evaluation: EvaluationId) => void;
}

/** Tells why evaluations wait in the queue, as facts: once per attempt and cause. */
export class DelayNotices {
  readonly #bus: Pick<Bus, 'publishFact'>;
  readonly #options: DelayNoticesOptions;
  /** What was told, by entry, so that it goes with the entry. */
  readonly #told = new WeakMap<Entry, Set<string>>();

  constructor(bus: Pick<Bus, 'publishFact'>, options: DelayNoticesOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  /** Tells of the obstacle to those of the entries that wait long enough, or to all of them `now`. */
  async tell(entries: Iterable<Entry>, { cause, detail }: Obstacle, { now = false } = {}): Promise<void> {
    const at = this.#options.now();
    const about = [...entries].filter((entry) => now || at - entry.waitsSince >= this.#options.delayNoticeMs);
    for (const entry of about) {
      const { attempt, submitted } = entry;
      const told = this.#told.get(entry) ?? new Set();
      this.#told.set(entry, told);
      if (told.has(`${attempt}/${cause}`)) continue;
      told.add(`${attempt}/${cause}`);
      const { evaluation } = submitted;
      await this.#bus
        .publishFact(fact('dispatch-delayed', { evaluation, attempt, at }, { cause, detail: cutFor('detail', detail) }))
        .catch((error: unknown) => this.#options.onError(error, evaluation));
    }
  }
}
