import type { LogPart } from '@lacuna/cluster';
import { MAX_CHUNK_BYTES } from '@lacuna/contracts';
import { setTimeout as sleep } from 'node:timers/promises';

/** Bytes worth a message, and what the source said of them. */
export interface Chunk {
  /** At most `MAX_CHUNK_BYTES`; empty when the source only had something to say. */
  readonly bytes: Uint8Array;
  readonly mark: string | undefined;
  readonly gaps: readonly NonNullable<LogPart['gap']>[];
}

export interface Chunking {
  /** A started chunk goes out this long after its first byte. Milliseconds. */
  readonly idleMs: number;
  /**
   * How far the source is read before its reader. The kubelet forgets what it rotates, so a store that stands still for a moment must not
   * hold up the reading. Bytes.
   */
  readonly aheadBytes: number;
}

/**
 * Regroups a log into chunks worth storing: full ones at once, a started one soon. Who follows sees a line soon, and a talkative program does
 * not cost one message a line.
 */
export async function* chunked(source: AsyncIterable<LogPart>, chunking: Chunking): AsyncGenerator<Chunk> {
  const ahead = new ReadAhead(source, chunking.aheadBytes);
  try {
    while (await ahead.untilWorth(chunking.idleMs)) yield ahead.take();
  } finally {
    ahead.stop();
  }
}

/** A source read before its reader, up to a limit. */
class ReadAhead {
  readonly #iterator: AsyncIterator<LogPart>;
  readonly #limit: number;
  #parts: LogPart[] = [];
  #size = 0;
  #end: { readonly error?: unknown } | undefined;
  #stopped = false;
  #arrived = Promise.withResolvers<void>();
  #room = Promise.withResolvers<void>();

  constructor(source: AsyncIterable<LogPart>, limit: number) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#limit = limit;
    void this.#pump();
  }

  /** Waits for a full chunk, or for what came within `idleMs`; false at the end. Throws what the source threw, behind its bytes. */
  async untilWorth(idleMs: number): Promise<boolean> {
    while (this.#parts.length === 0 && this.#end === undefined) await this.#next();
    if (this.#parts.length === 0) {
      if (this.#end !== undefined && 'error' in this.#end) throw this.#end.error;
      return false;
    }
    const timer = new AbortController();
    const idle = sleep(idleMs, 'idle' as const, { signal: timer.signal }).catch(() => 'idle' as const);
    while (this.#size < MAX_CHUNK_BYTES && this.#end === undefined)
      if ((await Promise.race([this.#next(), idle])) === 'idle') break;
    timer.abort();
    return true;
  }

  take(): Chunk {
    const taken: Uint8Array[] = [];
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
        this.#parts.shift();
      }
    }
    this.#size -= size;
    this.#room.resolve();
    return { bytes: taken.length === 1 ? (taken[0] as Uint8Array) : Buffer.concat(taken, size), mark, gaps };
  }

  stop(): void {
    this.#stopped = true;
    this.#room.resolve();
    // Not awaited: a source that hangs in a read would hold its reader here.
    this.#iterator.return?.().catch(() => undefined);
  }

  async #pump(): Promise<void> {
    try {
      for (let step = await this.#iterator.next(); step.done !== true; step = await this.#iterator.next()) {
        this.#parts.push(step.value);
        this.#size += step.value.bytes.length;
        this.#tell();
        while (this.#size >= this.#limit && !this.#stopped) {
          this.#room = Promise.withResolvers<void>();
          await this.#room.promise;
        }
        if (this.#stopped) return;
      }
      this.#end = {};
    } catch (error) {
      this.#end = { error };
    }
    this.#tell();
  }

  #tell(): void {
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers<void>();
  }

  #next(): Promise<void> {
    return this.#arrived.promise;
  }
}
