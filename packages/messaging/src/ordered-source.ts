/** Comes once, when everything that was there at the start has been delivered. */
export const CAUGHT_UP = Symbol('caught-up');

/** What to read, in stream order. */
export interface OrderedSource {
  readonly stream: string;
  readonly filters: readonly string[];
  /** The first sequence to deliver; 1 = from the beginning. */
  readonly fromSeq: number;
  /** How many messages may wait here unread: the bound of the memory. */
  readonly window: number;
}
