import { MAX_CHUNK_BYTES } from '@lacuna/contracts';

/** Shorter chunks get memory of their own. */
const WORTH_KEEPING = MAX_CHUNK_BYTES / 2;
const MANY = 4;

/**
 * Memory for the long chunks of one log, over and over the same: new memory for each, outside V8's heap, makes V8 collect garbage so often that it
 * costs a nanosecond of CPU a byte. What was joined is good until the fourth one after it is joined: one is being stored, one is packed, one waits for
 * that, and one comes.
 */
export class ChunkBuffers {
  readonly #buffers: Buffer[] = [];

  /** The parts as one; `length` bytes, `MAX_CHUNK_BYTES` at most. */
  join(parts: readonly Uint8Array[], length: number): Uint8Array {
    if (parts.length === 1 && parts[0] !== undefined) return parts[0];
    if (length < WORTH_KEEPING) return Buffer.concat(parts, length);
    const [buffer = Buffer.allocUnsafeSlow(MAX_CHUNK_BYTES)] =
      this.#buffers.length < MANY ? [] : this.#buffers.splice(0, 1);
    this.#buffers.push(buffer);
    let at = 0;
    for (const part of parts) {
      buffer.set(part, at);
      at += part.length;
    }
    return buffer.subarray(0, length);
  }
}
