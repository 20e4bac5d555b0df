import { ENV_LEFT_AFTER_MS, envPlaceOf, settledSubject, submittedSubject, type EnvPlace } from '@lacuna/contracts';
import type { Bus } from '@lacuna/messaging';
import { setTimeout as delay } from 'node:timers/promises';

interface LeftEnvOptions {
  readonly now: () => number;
  readonly onErased: (place: EnvPlace) => void;
  readonly onError: (error: unknown) => void;
}

/** From one look to the next. Milliseconds. */
const LOOK_MS = 600_000;

/**
 * Erases env values that nobody needs: left by a submission that was killed before its fact, or whose fact did not come though it might have. They are old enough
 * for that at two looks, ten minutes apart: when machines have slept, a submit that goes on where it was gets that time to say what it has stored.
 */
export class LeftEnv {
  readonly #bus: Pick<Bus, 'keptEnv' | 'readFact' | 'deleteEnv'>;
  readonly #options: LeftEnvOptions;
  /** What was left at the last look, by its place in the stream. */
  #left: ReadonlySet<number> = new Set();

  constructor(bus: Pick<Bus, 'keptEnv' | 'readFact' | 'deleteEnv'>, options: LeftEnvOptions) {
    this.#bus = bus;
    this.#options = options;
  }

  /** Until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal).catch(this.#options.onError);
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Erases what was left at the last look and still is. */
  async look(signal: AbortSignal): Promise<void> {
    const { now, onErased } = this.#options;
    const left = new Set<number>();
    for await (const { place, seq, storedAt } of this.#bus.keptEnv()) {
      if (signal.aborted || now() - storedAt < ENV_LEFT_AFTER_MS) break;
      if (await this.#isNeeded(place)) continue;
      left.add(seq);
      if (!this.#left.has(seq)) continue;
      await this.#bus.deleteEnv(place);
      onErased(place);
    }
    this.#left = left;
  }

  /** Whoever was told that his evaluation is accepted has its fact in the stream before. */
  async #isNeeded({ evaluation, ref }: EnvPlace): Promise<boolean> {
    const submitted = (await this.#bus.readFact(submittedSubject(evaluation)))?.fact;
    if (submitted?.type !== 'submitted' || envPlaceOf(submitted)?.ref !== ref) return false;
    return (await this.#bus.readFact(settledSubject(evaluation))) === undefined;
  }
}
