import type { LogPart } from '@lacuna/cluster';
import { MAX_CHUNK_BYTES } from '@lacuna/contracts';
import type { Chunk, Chunking } from './chunk.ts';
import { ChunkBuffers } from './chunk-buffers.ts';

/** A source read before its reader, up to a limit of its own and one of all logs. */
export class ReadAhead {
  readonly #iterator: AsyncIterator<LogPart>;
  readonly #chunking: Chunking;
  readonly #buffers = new ChunkBuffers();
  #parts: LogPart[] = [];
  #size = 0;
  /** When the oldest byte that is held came, by `performance.now()`. */
  #since = 0;
  #end: { readonly error?: unknown } | undefined;
  #stopped = false;
  /** It may be read no further before something is taken. */
  #isFull = false;
  #arrived = Promise.withResolvers<void>();
  #taken = Promise.withResolvers<void>();

  constructor(source: AsyncIterable<LogPart>, chunking: Chunking) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#chunking = chunking;
    void this.#pump();
  }

  /** Waits for a full chunk, or until the first byte of one is `idleMs` old; false at the end. Throws what the source threw, behind its bytes. */
  async untilWorth(): Promise<boolean> {
    while (this.#parts.length === 0 && this.#end === undefined) await this.#next();
    if (this.#parts.length === 0) {
      if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
      return false;
    }
    if (!this.#isWorth()) await this.#untilOld(this.#chunking.idleMs - (performance.now() - this.#since));
    return true;
  }

  /** The bytes of a chunk are good until the fourth one after it is taken. */
  take(): Chunk {
    const taken: Uint8Array[] = [];
    const whole: LogPart[] = [];
    const gaps: Chunk['gaps'][number][] = [];
    let size = 0;
    let mark: string | undefined;
    for (let part = this.#parts[0]; part !== undefined && size < MAX_CHUNK_BYTES; part = this.#parts[0]) {
      const bytes = part.bytes.subarray(0, MAX_CHUNK_BYTES - size);
      taken.push(bytes);
      size += bytes.length;
      if (part.gap !== undefined) gaps.push(part.gap);
      if (bytes.length < part.bytes.length) {
        // The mark may name a place behind the cut.
        const { gap: _, ...rest } = part;
        this.#parts[0] = { ...rest, bytes: part.bytes.subarray(bytes.length) };
      } else {
        mark = part.mark ?? mark;
        whole.push(part);
        this.#parts.shift();
      }
    }
    this.#size -= size;
    this.#since = performance.now();
    this.#chunking.room.giveBack(size);
    this.#taken.resolve();
    const joined = this.#buffers.join(taken, size);
    // What is one part is passed on in the source's own memory.
    if (taken.length > 1) for (const part of whole) part.giveBack?.();
    return { bytes: joined, mark, gaps };
  }

  stop(): void {
    this.#stopped = true;
    this.#chunking.room.giveBack(this.#size);
    this.#size = 0;
    this.#taken.resolve();
    // Not awaited: a source that hangs in a read would hold its reader here.
    this.#iterator.return?.().catch(() => undefined);
  }

  #isWorth(): boolean {
    return this.#size >= MAX_CHUNK_BYTES || this.#isFull || this.#end !== undefined;
  }

  async #untilOld(ms: number): Promise<void> {
    if (ms <= 0) return;
    const { promise: old, resolve } = Promise.withResolvers<'old'>();
    const timer = setTimeout(() => resolve('old'), ms);
    while (!this.#isWorth()) if ((await Promise.race([this.#next(), old])) === 'old') break;
    clearTimeout(timer);
  }

  async #pump(): Promise<void> {
    try {
      for (let step = await this.#iterator.next(); step.done !== true; step = await this.#iterator.next()) {
        if (this.#stopped) return;
        this.#hold(step.value);
        await this.#untilRoom();
      }
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    }
    this.#tell();
  }

  #hold(part: LogPart): void {
    if (this.#parts.length === 0) this.#since = performance.now();
    this.#parts.push(part);
    this.#size += part.bytes.length;
    this.#chunking.room.take(part.bytes.length);
    this.#tell();
  }

  async #untilRoom(): Promise<void> {
    const { room, aheadBytes } = this.#chunking;
    while (!this.#stopped && this.#size > 0 && (this.#size >= aheadBytes || room.isFull)) {
      this.#isFull = true;
      this.#tell();
      this.#taken = Promise.withResolvers<void>();
      await Promise.race([this.#taken.promise, ...(this.#size >= aheadBytes ? [] : [room.freed])]);
    }
    this.#isFull = false;
  }

  #tell(): void {
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers<void>();
  }

  #next(): Promise<void> {
    return this.#arrived.promise;
  }
}
