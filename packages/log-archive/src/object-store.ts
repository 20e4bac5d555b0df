/** Where objects are kept by name. Names are made of letters, digits and `._/-`. An object is written once and never changed. */
export interface ObjectStore {
  /** Which store, for people and facts: never with a secret in it. */
  readonly name: string;
  /**
   * Stores an object; it is there whole or not at all, also after a crash. When `parts` throws, nothing is stored and the error is
   * handed on. Throws `Failure('overloaded')` when the store does not take it now.
   */
  put(object: string, parts: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  /**
   * The bytes of a range, fewer where the object ends before; undefined when there is no such object. Throws `Failure('overloaded')`
   * when the store does not say.
   */
  read(object: string, range: ByteRange, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /** The names of all objects, in the order of the names. Throws `Failure('overloaded')` when the store does not say. */
  list(signal: AbortSignal): AsyncIterable<string>;
  /** Removes an object; one that is not there is no error. Throws `Failure('overloaded')`. */
  remove(object: string, signal: AbortSignal): Promise<void>;
}

export interface ByteRange {
  readonly from: number;
  readonly length: number;
}
