/** What a line goes by. */
export interface Placed {
  readonly priority: number;
  /** Position of its acceptance in the stream. */
  readonly seq: number;
}

/** Taken entries are dropped from the array when they are so many, and half of it. */
const COMPACT_FROM = 1_024;

/** Entries that wait, next one first: higher priority first, then the order of acceptance. Adding the latest and taking the next are cheap. */
export class PriorityLine<E extends Placed> {
  readonly #entries: E[] = [];
  /** What stands before it is taken. */
  #head = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  first(): E | undefined {
    return this.#entries[this.#head];
  }

  shift(): void {
    if (this.length === 0) return;
    this.#head++;
    if (this.#head < COMPACT_FROM || this.#head * 2 < this.#entries.length) return;
    this.#entries.splice(0, this.#head);
    this.#head = 0;
  }

  /** Puts an entry at its place, also one that was taken before. */
  add(entry: E): void {
    const place = this.#placeOf(entry);
    if (place === this.#head && this.#head > 0) this.#entries[--this.#head] = entry;
    else this.#entries.splice(place, 0, entry);
  }

  *[Symbol.iterator](): Generator<E> {
    for (let i = this.#head; i < this.#entries.length; i++) yield this.#entries[i] as E;
  }

  #placeOf(entry: E): number {
    const last = this.#entries.at(-1);
    if (this.length === 0 || (last !== undefined && goesBefore(last, entry))) return this.#entries.length;
    let low = this.#head;
    for (let high = this.#entries.length; low < high;) {
      const middle = (low + high) >> 1;
      if (goesBefore(this.#entries[middle] as E, entry)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function goesBefore(a: Placed, b: Placed): boolean {
  return a.priority > b.priority || (a.priority === b.priority && a.seq < b.seq);
}
