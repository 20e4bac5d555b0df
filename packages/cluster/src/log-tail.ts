/** The last bytes of a log that grows, in bounded memory: what a reader compares when it goes on after a break. */
export class LogTail {
  /** As long as the longest record of a container runtime; hundreds of lines of most logs. */
  static readonly LIMIT = 16 * 1024;

  #buffer: Buffer = Buffer.alloc(0);
  #length = 0;

  add(bytes: Uint8Array): void {
    const last = bytes.subarray(-LogTail.LIMIT);
    if (this.#length + last.length > this.#buffer.length) this.#makeRoom(last.length);
    this.#buffer.set(last, this.#length);
    this.#length += last.length;
  }

  /** A copy, at most {@link LogTail.LIMIT} bytes. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.#buffer.subarray(Math.max(0, this.#length - LogTail.LIMIT), this.#length));
  }

  #makeRoom(bytes: number): void {
    const keep = Math.min(this.#length, LogTail.LIMIT - bytes);
    const kept = this.#buffer.subarray(this.#length - keep, this.#length);
    // Twice the limit, so that bytes are moved once in a while and not at every line; less for a log that never gets there.
    const size = Math.min(2 * LogTail.LIMIT, Math.max(1_024, 2 * (keep + bytes)));
    const buffer = Buffer.alloc(size);
    buffer.set(kept);
    this.#buffer = buffer;
    this.#length = keep;
  }
}
