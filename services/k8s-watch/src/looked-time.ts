/** Looks follow each other within seconds; of a longer break nobody knows what was not seen in it. Milliseconds. */
const MOST_BETWEEN_LOOKS_MS = 10_000;

/**
 * Time as far as somebody looked: it goes on by little when this process was stopped, when it knew that it did not see all, or when the clock was set. What
 * was seen last before such a break may have changed in it, and that comes to be known only behind it.
 */
export class LookedTime {
  #last: number | undefined;
  #time = 0;

  /** What it is at a look, given the time by the clock. Milliseconds; only differences mean anything. */
  at(now: number): number {
    const passedMs = now - (this.#last ?? now);
    this.#last = now;
    this.#time += Math.min(Math.max(0, passedMs), MOST_BETWEEN_LOOKS_MS);
    return this.#time;
  }
}
