/** Between two looks, and somebody slept: this process was stopped, the machine was suspended, or the clock was set. Milliseconds. */
const SLEPT_MS = 5_000;
/** Older ones than so many are forgotten. */
const KEPT = 100;

interface Wake {
  /** Unix milliseconds. */
  readonly at: number;
  /** By how much the clock went on and the machine did not. */
  readonly skippedMs: number;
}

/**
 * When nobody looked. What became overdue meanwhile may be about to be told by others who have slept as well, so it is waited for a little longer;
 * and the time that the whole machine slept counts for nobody.
 */
export class Sleeps {
  readonly #settleMs: number;
  #wakes: readonly Wake[] = [];
  #last: { readonly now: number; readonly awakeMs: number } | undefined;

  /** `settleMs`: how long after a sleep, or after the start, what was overdue by then is waited for. */
  constructor(settleMs: number) {
    this.#settleMs = settleMs;
  }

  /** Notes a look at the clock, and at one that stands still while the machine sleeps; says whether it is the first, or the first after a sleep. */
  look(now: number, awakeMs: number): boolean {
    const last = this.#last;
    this.#last = { now, awakeMs };
    const passedMs = now - (last?.now ?? -Infinity);
    if (passedMs < SLEPT_MS) return false;
    const skippedMs = last === undefined ? 0 : Math.max(0, passedMs - (awakeMs - last.awakeMs));
    this.#wakes = [...this.#wakes, { at: now, skippedMs }].slice(-KEPT);
    return true;
  }

  /** When a deadline of what was begun at a time is to be judged. */
  dueAt(deadline: number, begunAt: number): number {
    let due = deadline;
    for (const { at, skippedMs } of this.#wakes) if (at > begunAt) due = Math.max(due + skippedMs, at + this.#settleMs);
    return due;
  }
}
