import type { Seal } from '@lacuna/contracts';
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Exit } from './exit.ts';
import type { LogSource } from './log-source.ts';

export interface CaptureOptions {
  readonly path: string;
  /** Bytes after which nothing more is written to the file; everything is still counted. A fault for drills. */
  readonly cutAfter?: number;
  readonly onWriteError: (error: Error) => void;
}

/** The most that a pipe can hold of a program that has ended (/proc/sys/fs/pipe-max-size by default); more was written afterwards. */
const MAX_PIPE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** Reads a container's output to its end: counts and hashes all of it, appends it to the log file. Holds one chunk in memory. */
export class OutputCapture implements LogSource {
  readonly path: string;
  readonly #options: CaptureOptions;
  readonly #pipe: Socket;
  readonly #hash = createHash('sha256');
  readonly #drained: Promise<void>;
  #file: FileHandle | undefined;
  #bytes = 0;
  #lines = 0;
  #stored = 0;
  #storing = false;
  #writeFailed = false;
  #complete = false;
  readonly #waiting = new Set<() => void>();

  constructor(pipe: Socket, options: CaptureOptions) {
    this.path = options.path;
    this.#options = options;
    this.#pipe = pipe;
    this.#drained = this.#drain();
    // An error is told by `seal`, which comes much later.
    this.#drained.catch(() => undefined);
  }

  get stored(): number {
    return this.#stored;
  }

  get complete(): boolean {
    return this.#complete;
  }

  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  /**
   * The seal, once the pipe has no writer and is empty. Waits `boundMs` for that, and longer only while a slow disk keeps us from reading on:
   * giving up then would lose the tail of a program that did nothing wrong.
   */
  async seal({ at, ...how }: Exit, boundMs: number): Promise<Seal> {
    const start = performance.now();
    const before = this.#bytes;
    let late = await this.#waitDrained(boundMs);
    while (late && this.#storing && this.#bytes - before <= MAX_PIPE_BYTES) late = await this.#waitDrained(boundMs);
    if (late) this.#pipe.destroy();
    await this.#drained;
    await this.#file?.close();
    const drainMs = Math.round((performance.now() - start) * 1_000) / 1_000;
    this.#complete = true;
    this.#notify();
    const counts = { v: 1, bytes: this.#bytes, lines: this.#lines, sha256: this.#hash.digest('hex') } as const;
    return { ...counts, ...how, endedAt: at, drainMs, ...(late && { lateWriters: true }) };
  }

  async #waitDrained(boundMs: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(late.resolve, boundMs, true);
    const result = await Promise.race([this.#drained.then(() => false), late.promise]);
    clearTimeout(timer);
    return result;
  }

  async #drain(): Promise<void> {
    try {
      for await (const chunk of this.#pipe) await this.#take(chunk as Buffer);
    } catch (error) {
      // Destroying the pipe under late writers ends the loop like this.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  }

  async #take(chunk: Buffer): Promise<void> {
    this.#bytes += chunk.length;
    this.#lines += newlinesIn(chunk);
    this.#hash.update(chunk);
    const room = (this.#options.cutAfter ?? Infinity) - this.#stored;
    if (room <= 0 || this.#writeFailed) return;
    this.#storing = true;
    await this.#store(chunk.subarray(0, room));
    this.#storing = false;
  }

  async #store(chunk: Buffer): Promise<void> {
    try {
      this.#file ??= await open(this.path, 'a', 0o600);
      for (let at = 0; at < chunk.length;) {
        const { bytesWritten } = await this.#file.write(chunk, at);
        at += bytesWritten;
        this.#stored += bytesWritten;
      }
      this.#notify();
    } catch (error) {
      this.#writeFailed = true;
      this.#options.onWriteError(error as Error);
    }
  }

  #notify(): void {
    for (const wake of this.#waiting) wake();
  }
}

/** By index: iterating a Buffer takes four times as long, and this is the one loop over every byte of every log. */
function newlinesIn(chunk: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < chunk.length; i++) if (chunk[i] === NEWLINE) count++;
  return count;
}
