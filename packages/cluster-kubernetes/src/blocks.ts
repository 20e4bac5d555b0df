/** Bytes in memory that is used again. */
export interface Block {
  readonly bytes: Uint8Array;
  /** To be called by who has done with the bytes. */
  readonly giveBack: () => void;
}

/** A third of the longest chunk that is stored, so three of them fill one. Bytes. */
const BLOCK_BYTES = 256 * 1024;
/** So many wait to be taken before there had better come no more. */
const MANY = 4;

/**
 * Gathers bytes that come in small pieces in blocks that are used over and over: new memory for each piece, outside V8's heap, costs as much CPU as
 * the decrypting of what is in it. A block that is not given back is left to the garbage collector.
 */
export class Blocks {
  readonly #filled: Buffer[] = [];
  readonly #free: Buffer[] = [];
  #filling: Buffer = Buffer.alloc(0);
  #length = 0;

  /** There is one to be taken. */
  get areThere(): boolean {
    return this.#filled.length > 0;
  }

  /** Who brings bytes had better wait until some are taken. */
  get areMany(): boolean {
    return this.#filled.length >= MANY;
  }

  /** Copies them. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#length === this.#filling.length) this.#begin();
      const part = bytes.subarray(at, at + this.#filling.length - this.#length);
      this.#filling.set(part, this.#length);
      this.#length += part.length;
      at += part.length;
      if (this.#length === this.#filling.length) this.#filled.push(this.#filling);
    }
  }

  /** No more bytes come. */
  end(): void {
    if (this.#length < this.#filling.length) this.#filled.push(this.#filling.subarray(0, this.#length));
    this.#length = this.#filling.length;
  }

  /** The next full block, and at the end the last; undefined while there is none. */
  take(): Block | undefined {
    const bytes = this.#filled.shift();
    return bytes && { bytes, giveBack: () => void (bytes.length === BLOCK_BYTES && this.#free.push(bytes)) };
  }

  #begin(): void {
    this.#filling = this.#free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
    this.#length = 0;
  }
}
