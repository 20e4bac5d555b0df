/**
 * How much all logs of this process may hold that was read and is not stored. One log is always let in with a piece, so that none waits for ever
 * for the others; it may have more as long as all of them together stay within the limit.
 */
export class ReadAheadRoom {
  readonly #limit: number;
  #held = 0;
  #freed = Promise.withResolvers<void>();

  /** `limit`: bytes. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that are held now. */
  get held(): number {
    return this.#held;
  }

  get isFull(): boolean {
    return this.#held >= this.#limit;
  }

  /** Resolves when some of it is given back. */
  get freed(): Promise<void> {
    return this.#freed.promise;
  }

  take(bytes: number): void {
    this.#held += bytes;
  }

  giveBack(bytes: number): void {
    this.#held -= bytes;
    this.#freed.resolve();
    this.#freed = Promise.withResolvers();
  }
}
