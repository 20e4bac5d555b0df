/** When a removal may begin, counted from when it was called for. Milliseconds. */
export interface RemovalTimes {
  /** Not before: what the cluster itself still has to write about an end would be written in vain. */
  readonly leastMs: number;
  /** Not later, however much there is to do. */
  readonly mostMs: number;
}

interface RemovalLineOptions extends RemovalTimes {
  /** How many run side by side. */
  readonly concurrency: number;
  /** Whether evaluations run or wait to: then removals make way for them. */
  readonly isBusy: () => boolean;
  /** Whether what is to be removed takes room that somebody waits for: then it goes at once. */
  readonly isWanted: () => boolean;
  readonly now: () => number;
}

interface Waiting {
  readonly since: number;
  readonly begin: () => void;
  readonly giveUp: (reason: unknown) => void;
}

/** So many times more side by side when the line does not keep up: else a cluster that is slow for long would be filled with Jobs that are over. */
const MORE_WHEN_LATE = 4;
/** It does not keep up when the first waits so many times longer than it should at most. */
const LATE = 2;
/** Between two looks whether the first in the line may begin. Milliseconds. */
const LOOK_MS = 250;

/**
 * Removals in the order in which they were called for. Each costs the cluster about a fifth of what its Job cost in all, so those of a burst of
 * evaluations run behind it; no evaluation waits for one. Nothing is lost with the line: what it holds is handed out again after a restart.
 */
export class RemovalLine {
  readonly #options: RemovalLineOptions;
  readonly #signal: AbortSignal;
  readonly #line: Waiting[] = [];
  #running = 0;
  #look: NodeJS.Timeout | undefined;

  constructor(options: RemovalLineOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
    const giveUp = (): void => {
      clearTimeout(this.#look);
      for (const waiting of this.#line.splice(0)) waiting.giveUp(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
  }

  /** How many wait for their turn. */
  get length(): number {
    return this.#line.length;
  }

  /** Runs a removal that was called for at `since` when its turn has come. Rejects with the reason of the line's signal when that comes first. */
  async run<T>(since: number, removal: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#line.push({ since, begin: resolve, giveUp: reject });
    this.#begin();
    await promise;
    try {
      return await removal();
    } finally {
      this.#running--;
      this.#begin();
    }
  }

  #begin(): void {
    clearTimeout(this.#look);
    for (let [first] = this.#line; first !== undefined; [first] = this.#line) {
      if (this.#running >= this.#concurrencyFor(first) || !this.#isDue(first)) break;
      this.#line.shift();
      this.#running++;
      first.begin();
    }
    if (this.#line.length > 0) this.#look = setTimeout(() => this.#begin(), LOOK_MS);
  }

  #concurrencyFor({ since }: Waiting): number {
    const { concurrency, mostMs, now } = this.#options;
    const isLate = mostMs > 0 && now() - since >= LATE * mostMs;
    return isLate ? concurrency * MORE_WHEN_LATE : concurrency;
  }

  #isDue({ since }: Waiting): boolean {
    const { leastMs, mostMs, isBusy, isWanted, now } = this.#options;
    const waitedMs = now() - since;
    return isWanted() || waitedMs >= mostMs || (waitedMs >= leastMs && !isBusy());
  }
}
