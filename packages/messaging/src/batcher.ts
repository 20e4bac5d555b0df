/** Collects items into batches: full, or as old as the oldest item may get. */
export class Batcher<T> {
  readonly #size: number;
  readonly #maxWaitMs: number;
  #items: T[] = [];
  #first = Promise.withResolvers<void>();
  #full = Promise.withResolvers<void>();

  constructor(size: number, maxWaitMs: number) {
    this.#size = size;
    this.#maxWaitMs = maxWaitMs;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#first.resolve();
    if (this.#items.length >= this.#size) this.#full.resolve();
  }

  /** Ends the waiting: `next` returns what there is. */
  flush(): void {
    this.#first.resolve();
    this.#full.resolve();
  }

  /** The next batch; empty only after a flush. */
  async next(): Promise<T[]> {
    await this.#first.promise;
    const timer = setTimeout(() => this.#full.resolve(), this.#maxWaitMs);
    await this.#full.promise;
    clearTimeout(timer);
    const batch = this.#items.splice(0, this.#size);
    this.#first = Promise.withResolvers<void>();
    this.#full = Promise.withResolvers<void>();
    if (this.#items.length > 0) this.#first.resolve();
    if (this.#items.length >= this.#size) this.#full.resolve();
    return batch;
  }
}
