import { cutFor, fact, type FactOf } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import type { ClosedLogRef } from './closed-log-ref.ts';

interface StuckLogsDeps {
  readonly bus: Pick<Bus, 'publishFact' | 'readFacts'>;
  readonly now: () => number;
  readonly warn: (details: object, message: string) => void;
}

/**
 * Closed logs that can't be moved or removed now. The first of them says so as a fact, which raises one alert; the others would say the same.
 * That it is over is found by the facts, so that a process that was killed meanwhile leaves no alert behind.
 */
export class StuckLogs {
  readonly #deps: StuckLogsDeps;
  readonly #stuck = new Set<string>();
  /** The one that told. */
  #told: string | undefined;

  constructor(deps: StuckLogsDeps) {
    this.#deps = deps;
  }

  /** How many wait now. */
  get size(): number {
    return this.#stuck.size;
  }

  /** `since`: when it was tried first, Unix milliseconds. */
  async tell(log: ClosedLogRef, since: number, error: unknown): Promise<void> {
    this.#stuck.add(log.subject);
    if (this.#told !== undefined) return;
    this.#told = log.subject;
    this.#deps.warn({ err: error, evaluation: log.evaluation }, 'a closed log stays where it is');
    const why = cutFor('detail', error instanceof Error ? error.message : String(error));
    try {
      if ((await this.#open(log)).length === 0)
        await this.#publish(log, { state: 'stuck', since: Math.round(since), why });
    } catch {
      // Nobody heard of it: the next one tells.
      this.#told = undefined;
    }
  }

  /** The log is where it should be. */
  async done(log: ClosedLogRef): Promise<void> {
    this.#stuck.delete(log.subject);
    if (this.#told === log.subject) this.#told = undefined;
    for (const { data } of await this.#open(log))
      await this.#publish(log, { state: 'over', since: data.since, why: 'the log is where it should be' });
  }

  /** It is no longer tried, by this process. */
  leave(log: ClosedLogRef): void {
    this.#stuck.delete(log.subject);
    if (this.#told === log.subject) this.#told = undefined;
  }

  /** What was told of it, also by others, and is not over. */
  async #open({ evaluation, podUid }: ClosedLogRef): Promise<FactOf<'log-stuck'>[]> {
    const facts = (await this.#deps.bus.readFacts(evaluation)).map((recorded) => recorded.fact);
    const told = facts.filter((one) => one.type === 'log-stuck').filter(({ data }) => data.podUid === podUid);
    const over = new Set(told.filter(({ data }) => data.state === 'over').map(({ data }) => data.since));
    return told.filter(({ data }) => data.state === 'stuck' && !over.has(data.since));
  }

  async #publish(
    { evaluation, attempt, podUid }: ClosedLogRef,
    data: Omit<FactOf<'log-stuck'>['data'], 'podUid'>,
  ): Promise<void> {
    const { bus, now } = this.#deps;
    await bus.publishFact(fact('log-stuck', { evaluation, attempt, at: now() }, { podUid, ...data }));
  }
}
