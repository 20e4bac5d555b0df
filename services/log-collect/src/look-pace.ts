/** The fewest milliseconds from one look to the next, at whichever log: each takes a request, or some. */
const LOOK_MS = 5;
/** So much longer than a look took is the wait for the next one. What takes long is much, or is had from somebody busy. */
const TIMES = 10;
/** Between two looks at the same log. A kubelet keeps five files by default, and rotates one in ten seconds at most. Milliseconds. */
const WAIT_MS = { least: 1_000, most: 30_000 } as const;

/** How often logs are looked at that are kept, and therefore not followed: more rarely when there are many, or when it takes long. */
export class LookPace {
  readonly #logs = new Set<object>();

  /** A log is looked at from now on. */
  begin(log: object): void {
    this.#logs.add(log);
  }

  end(log: object): void {
    this.#logs.delete(log);
  }

  /** How long to wait before the next look at a log at which the latest one took so long. Milliseconds. */
  waitMs(tookMs: number): number {
    return Math.min(Math.max(this.#logs.size * LOOK_MS, tookMs * TIMES, WAIT_MS.least), WAIT_MS.most);
  }
}
