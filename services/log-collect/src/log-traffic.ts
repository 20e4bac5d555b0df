/** A log that brought something is being read for this long. Milliseconds. */
const BUSY_MS = 100;
/** One that was just asked for, until its source has found the time to answer. Milliseconds. */
const OPENING_MS = 1_000;
/**
 * How many logs bring something just now. Of a followed log the kubelet, the API server and we handle each line by itself, which costs two and a
 * half times as much as the same line of a log that is read in one go (docs/performance.md). So while many are being read, the next one had
 * better wait for the end of its container.
 */
export class LogTraffic {
  readonly #many: number;
  readonly #busyUntil = new Map<object, number>();

  /** `many`: how many being read make it heavy. */
  constructor(many: number) {
    this.#many = many;
  }

  /** Whether many are being read, for one that would be the next. */
  get isHeavy(): boolean {
    const now = performance.now();
    for (const [log, until] of this.#busyUntil) if (until <= now) this.#busyUntil.delete(log);
    return this.#busyUntil.size >= this.#many;
  }

  opening(log: object): void {
    this.#busyUntil.set(log, performance.now() + OPENING_MS);
  }

  brought(log: object): void {
    this.#busyUntil.set(log, performance.now() + BUSY_MS);
  }

  closed(log: object): void {
    this.#busyUntil.delete(log);
  }
}
