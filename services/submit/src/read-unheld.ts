import type { Bus, LogChunk, ReadLogOptions } from '@lacuna/messaging';

/** What is handed on at a time: all that is held for somebody who takes nothing. */
const PIECE_BYTES = 64 * 1024;
/** After this long without being asked for the next piece the rest is let go of. Milliseconds. */
const LET_GO_MS = 1_000;

/**
 * As `readLog`, in small pieces, for a client who may be slow: of what he does not take nothing but a piece is held, and no consumer. It is read again
 * when he goes on. A thousand who stopped reading a long log would otherwise hold 2.3 MiB each.
 */
export async function* readUnheld(
  bus: Pick<Bus, 'readLog'>,
  subject: string,
  options: ReadLogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogChunk, void, undefined> {
  const log = new Unheld((fromOffset) => bus.readLog(subject, { ...options, fromOffset }, signal), options.fromOffset);
  let timer: NodeJS.Timeout | undefined;
  try {
    for (let piece = await log.next(); piece !== undefined; piece = await log.next()) {
      timer = setTimeout(() => log.letGo(), LET_GO_MS);
      yield piece;
      clearTimeout(timer);
    }
  } finally {
    clearTimeout(timer);
    log.letGo();
  }
}

/** Has what is held in fields of its own, where it can be let go of while nobody asks. */
class Unheld {
  readonly #read: (fromOffset: number) => AsyncGenerator<LogChunk, void, undefined>;
  #at: number;
  #reading: AsyncGenerator<LogChunk, void, undefined> | undefined;
  #rest: LogChunk | undefined;

  constructor(read: (fromOffset: number) => AsyncGenerator<LogChunk, void, undefined>, fromOffset = 0) {
    this.#read = read;
    this.#at = fromOffset;
  }

  /** Undefined at the end. */
  async next(): Promise<LogChunk | undefined> {
    if (this.#rest === undefined) {
      this.#reading ??= this.#read(this.#at);
      const { value, done } = await this.#reading.next();
      if (done === true) return undefined;
      this.#rest = value;
    }
    const { offset, bytes, ...more } = this.#rest;
    this.#at = offset + Math.min(PIECE_BYTES, bytes.length);
    this.#rest =
      bytes.length > PIECE_BYTES ? { ...more, offset: this.#at, bytes: bytes.subarray(PIECE_BYTES) } : undefined;
    // A view would keep the whole chunk.
    return { ...more, offset, bytes: new Uint8Array(bytes.subarray(0, PIECE_BYTES)) };
  }

  letGo(): void {
    void this.#reading?.return();
    this.#reading = undefined;
    this.#rest = undefined;
  }
}
