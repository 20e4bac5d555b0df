/** A log that is to be read behind the end of its container. */
export interface QueuedLog {
  /** Bytes that its source has to send, as far as that is known. */
  readonly work: number | undefined;
  /** When its end became known, by `performance.now()`. */
  readonly since: number;
  /** Changes with whatever is read or stored of it. */
  readonly progress: () => number;
}

/** What a read counts at least, so that there are not hundreds at a time; and when nothing is known of it. Bytes. */
const WORK = { least: 64 * 2 ** 10, unknown: 2 ** 20 } as const;
/** A read that brings nothing for so long waits for somebody else, and needs no place for it. Milliseconds. */
const STALLED_MS = 2_000;

interface Waiting {
  readonly work: number;
  readonly since: number;
  readonly begin: (place: Disposable) => void;
}

/**
 * Lets logs whose containers have ended be read a few at a time, the oldest end first. Side by side they would all be whole at the very end only, and
 * whoever is killed before that would have closed none. Nothing is lost by waiting: a kubelet rotates only the logs of containers that run.
 */
export class FinalReadQueue {
  readonly #limit: number;
  readonly #stalledMs: number;
  readonly #waiting = new Set<Waiting>();
  #work = 0;

  /** `limit`: bytes of work at a time; a log that is more than that is read alone. */
  constructor(limit: number, stalledMs = STALLED_MS) {
    this.#limit = limit;
    this.#stalledMs = stalledMs;
  }

  /** How many logs wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Reads when it is the log's turn. Rejects when `signal` aborts before that. */
  async run<T>(log: QueuedLog, read: () => Promise<T>, signal: AbortSignal): Promise<T> {
    using place = await this.#place(log, signal);
    let before = log.progress();
    const watch = setInterval(() => {
      const now = log.progress();
      if (now === before) place[Symbol.dispose]();
      before = now;
    }, this.#stalledMs);
    try {
      return await read();
    } finally {
      clearInterval(watch);
    }
  }

  async #place({ work = WORK.unknown, since }: QueuedLog, signal: AbortSignal): Promise<Disposable> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Disposable>();
    const waiting = { work: Math.max(work, WORK.least), since, begin: resolve };
    const giveUp = (): void => {
      // At once: a place that becomes free in the same moment would be kept by nobody.
      this.#waiting.delete(waiting);
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.add(waiting);
    this.#letIn();
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** The oldest stays the next one until there is room for it: else a long log might wait for ever. */
  #letIn(): void {
    for (let next = this.#oldest(); next !== undefined; next = this.#oldest()) {
      if (this.#work > 0 && this.#work + next.work > this.#limit) return;
      this.#waiting.delete(next);
      next.begin(this.#taken(next.work));
    }
  }

  #taken(work: number): Disposable {
    let isHeld = true;
    this.#work += work;
    return {
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#work -= work;
        this.#letIn();
      },
    };
  }

  #oldest(): Waiting | undefined {
    let oldest: Waiting | undefined;
    for (const one of this.#waiting) if (oldest === undefined || one.since < oldest.since) oldest = one;
    return oldest;
  }
}
