import { createHash } from 'node:crypto';
import type { LogStatement } from '@lacuna/contracts';
import { grouped } from './text/numbers.ts';

/** Counts and hashes the bytes of a log as they arrive, so that the copy can be held against the statement. */
export class LogCopy {
  #hash = createHash('sha256');
  #offset: number;
  #bytes = 0;

  constructor(offset: number) {
    this.#offset = offset;
  }

  /** The bytes to come are of another log, from its first one on. */
  restart(): void {
    this.#hash = createHash('sha256');
    this.#offset = 0;
    this.#bytes = 0;
  }

  /** Where the next byte stands in the log. */
  get end(): number {
    return this.#offset + this.#bytes;
  }

  /** Whether it was asked for from a byte on that is not there. */
  get isBehindTheEnd(): boolean {
    return this.#offset > 0 && this.#bytes === 0;
  }

  push(chunk: Uint8Array): void {
    this.#hash.update(chunk);
    this.#bytes += chunk.byteLength;
  }

  /** How the copy differs from what the statement counts; undefined when it does not. A part is only measured, not hashed. */
  differenceTo({ bytes, sha256 }: LogStatement): string | undefined {
    if (this.#offset > bytes) return undefined;
    if (this.end !== bytes) return `it ends at byte ${grouped(this.end)}, the log has ${grouped(bytes)}`;
    const got = this.#hash.copy().digest('hex');
    return this.#offset > 0 || got === sha256 ? undefined : `its sha256 is ${got}`;
  }
}
