import { cutFor, fact } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import type { Container } from './container.ts';

interface HeldUpLogsDeps {
  readonly bus: Pick<Bus, 'publishFact'>;
  readonly now: () => number;
  readonly warn: (details: object, message: string) => void;
}

/** Logs that wait for room in the store. Each says so once, as a fact, so that a log that is late because of it says why. */
export class HeldUpLogs {
  readonly #deps: HeldUpLogsDeps;
  readonly #podUids = new Set<string>();

  constructor(deps: HeldUpLogsDeps) {
    this.#deps = deps;
  }

  /** How many wait now. */
  get size(): number {
    return this.#podUids.size;
  }

  /** Told by each capture: why it waits, or undefined when it does not any more. */
  tell({ evaluation, attempt, podUid }: Container, why: string | undefined): void {
    if (why === undefined) {
      this.#podUids.delete(podUid);
      return;
    }
    if (this.#podUids.has(podUid)) return;
    this.#podUids.add(podUid);
    const { bus, now, warn } = this.#deps;
    warn({ evaluation, why }, 'the log store has no room, the capture waits');
    const about = { evaluation, attempt, at: now() };
    // Only an explanation: when the facts' stream is full as well, the log itself says it by being late.
    bus.publishFact(fact('log-held-up', about, { podUid, why: cutFor('detail', why) })).catch(() => undefined);
  }
}
