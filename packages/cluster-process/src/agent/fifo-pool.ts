import { execFile } from 'node:child_process';
import { closeSync, constants, mkdirSync, openSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Both ends of one pipe, owned by the taker. */
export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/** FIFOs per `mkfifo` process: its cost is shared by so many containers. */
const BATCH = 64;
const LOW_WATER = 16;

/**
 * Real pipes for stdout and stderr. Node can only give a child socket pairs, and a program that opens /dev/stdout fails on a socket;
 * one pipe for both also keeps the order of stdout and stderr. Each FIFO is used once and unlinked as soon as it is open, so that
 * a process left over from one container can never write into the log of another.
 */
export class FifoPool {
  readonly #dir: string;
  readonly #ready: string[] = [];
  #refill: Promise<void> | undefined;
  #made = 0;

  constructor(dir: string) {
    this.#dir = dir;
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { mode: 0o700 });
  }

  /** Makes FIFOs ahead of the first container. */
  warm(): void {
    this.#refill ??= this.#make().finally(() => {
      this.#refill = undefined;
    });
    // A failure is told to whoever needs a FIFO and finds none.
    this.#refill.catch(() => undefined);
  }

  async take(): Promise<Pipe> {
    while (this.#ready.length === 0) {
      this.warm();
      await this.#refill;
    }
    const path = this.#ready.pop() ?? '';
    if (this.#ready.length < LOW_WATER) this.warm();
    return openBothEnds(path);
  }

  /** Leaves nothing behind, not even a `mkfifo` that is still at work. */
  async close(): Promise<void> {
    await this.#refill?.catch(() => undefined);
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #make(): Promise<void> {
    const paths = Array.from({ length: BATCH }, () => join(this.#dir, String(this.#made++)));
    await promisify(execFile)('mkfifo', ['-m', '600', ...paths]);
    this.#ready.push(...paths);
  }
}

function openBothEnds(path: string): Pipe {
  // The reader first and without waiting for a writer: in any other order one of the two opens blocks the whole agent.
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return { readFd, writeFd: openSync(path, constants.O_WRONLY) };
  } catch (error) {
    closeSync(readFd);
    throw error;
  } finally {
    unlinkSync(path);
  }
}
