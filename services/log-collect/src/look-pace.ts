/** What of logs may be read a second time, in all. Bytes a millisecond. */
const BYTES_PER_MS = 1_000;
/** The fewest milliseconds from one look to the next, at whichever log: each takes some requests. */
const LOOK_MS = 25;
/** Between two looks at the same log. A kubelet keeps five files by default, and rotates one in ten seconds at most. Milliseconds. */
const WAIT_MS = { least: 2_000, most: 30_000 } as const;

/**
 * How often logs are looked at that are kept, and therefore not followed: each look reads a log from its beginning, so the more there are and the longer they
 * are, the more rarely.
 */
export class LookPace {
  readonly #logs = new Set<object>();

  /** A log is looked at from now on. */
  begin(log: object): void {
    this.#logs.add(log);
  }

  end(log: object): void {
    this.#logs.delete(log);
  }

  /** How long to wait before the next look at a log of so many bytes. Milliseconds. */
  waitMs(bytes: number): number {
    const share = this.#logs.size * Math.max(bytes / BYTES_PER_MS, LOOK_MS);
    return Math.min(Math.max(share, WAIT_MS.least), WAIT_MS.most);
  }
}
