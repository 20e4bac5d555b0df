import type { Seal } from '@lacuna/contracts';
import { open, type FileHandle } from 'node:fs/promises';
import type { Socket } from 'node:net';
import type { Exit } from './exit.ts';
import type { LogSource } from './log-source.ts';
import { Tally } from './tally.ts';

export interface CaptureOptions {
  readonly path: string;
  /** Bytes after which nothing more is written to the file; everything is still counted. A fault for drills. */
  readonly cutAfter?: number;
  readonly onWriteError: (error: Error) => void;
}

/** The most that a pipe can hold of a program that has ended (/proc/sys/fs/pipe-max-size by default); more was written afterwards. */
const MAX_PIPE_BYTES = 1024 * 1024;

/**
 * Reads a container's output to its end: counts and hashes all of it, appends it to the log file. Of two streams it takes what comes first, so
 * that the order of the log is its own. Holds one chunk of each in memory.
 */
export class OutputCapture implements LogSource {
  readonly path: string;
  readonly #options: CaptureOptions;
  readonly #pipes: readonly Socket[];
  readonly #all = new Tally();
  readonly #each: readonly Tally[];
  readonly #drained: Promise<void>;
  #file: FileHandle | undefined;
  /** One chunk after the other, of whichever stream. */
  #taken: Promise<void> = Promise.resolve();
  #stored = 0;
  #storing = false;
  #writeFailed = false;
  #complete = false;
  readonly #waiting = new Set<() => void>();

  /** `pipes`: one for stdout and stderr together, or one for each. */
  constructor(pipes: readonly Socket[], options: CaptureOptions) {
    this.path = options.path;
    this.#options = options;
    this.#pipes = pipes;
    this.#each = pipes.map(() => new Tally());
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
    const before = this.#all.bytes;
    let late = await this.#waitDrained(boundMs);
    while (late && this.#storing && this.#all.bytes - before <= MAX_PIPE_BYTES) late = await this.#waitDrained(boundMs);
    if (late) for (const pipe of this.#pipes) pipe.destroy();
    await this.#drained;
    await this.#file?.close();
    const drainMs = Math.round((performance.now() - start) * 1_000) / 1_000;
    this.#complete = true;
    this.#notify();
    const [stdout, stderr] = this.#each.map((tally) => tally.end());
    const streams = stdout !== undefined && stderr !== undefined ? { streams: { stdout, stderr } } : {};
    return { v: 1, ...this.#all.end(), ...streams, ...how, endedAt: at, drainMs, ...(late && { lateWriters: true }) };
  }

  async #waitDrained(boundMs: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>();
    const timer = setTimeout(late.resolve, boundMs, true);
    const result = await Promise.race([this.#drained.then(() => false), late.promise]);
    clearTimeout(timer);
    return result;
  }

  async #drain(): Promise<void> {
    await Promise.all(this.#pipes.map((pipe, i) => this.#drainOne(pipe, this.#each[i])));
  }

  async #drainOne(pipe: Socket, tally: Tally | undefined): Promise<void> {
    try {
      for await (const chunk of pipe) await (this.#taken = this.#taken.then(() => this.#take(chunk as Buffer, tally)));
    } catch (error) {
      // Destroying the pipe under late writers ends the loop like this.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  }

  async #take(chunk: Buffer, tally: Tally | undefined): Promise<void> {
    this.#all.add(chunk);
    if (this.#pipes.length > 1) tally?.add(chunk);
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
