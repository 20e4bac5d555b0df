import { LogTail } from '@lacuna/cluster';
import type { StampedText } from './line-stamps.ts';
import type { LogMark } from './log-mark.ts';

/** What is known of a log, to be found again. */
export interface KnownLog {
  /** Bytes that were read; without a mark, that must be passed. */
  readonly offset: number;
  /** The last of them. */
  readonly tail: Uint8Array;
  readonly mark?: LogMark;
}

/**
 * Finds the place behind what is known in a log that is read again. The kubelet serves the current file from its start, which is the start of
 * the log only until it is rotated, so nothing can be counted off. Timestamps propose a place (where the line begins that was read last), bytes
 * decide: all that is known before it, up to `LogTail.LIMIT`, must be the same.
 */
export class LogAlignment {
  readonly #known: KnownLog;
  readonly #tail = new LogTail();
  /** Places in what is read now that may be the one, in order. */
  readonly #proposed: number[];
  #passed = 0;
  #found: number | undefined;

  constructor(known: KnownLog) {
    this.#known = known;
    this.#proposed = known.mark === undefined ? [known.offset] : [];
  }

  get isFound(): boolean {
    return this.#found !== undefined;
  }

  /** Bytes of the source that were passed so far. */
  get passed(): number {
    return this.#passed;
  }

  /** Where in the log the source's current file begins; counts only when the place is found. */
  get fileStart(): number {
    return this.#known.offset - (this.#found ?? 0);
  }

  /** The bytes behind the place; none before it is found. */
  take(text: StampedText): Uint8Array {
    const { bytes } = text;
    const from = this.#passed;
    this.#passed += bytes.length;
    if (this.isFound) return bytes;
    this.#propose(text, from);
    for (let place = this.#proposed[0]; place !== undefined && place <= this.#passed; place = this.#proposed[0]) {
      this.#proposed.shift();
      if (!this.#isSame(bytes.subarray(0, place - from), place)) continue;
      this.#found = place;
      return bytes.subarray(place - from);
    }
    this.#tail.add(bytes);
    return bytes.subarray(bytes.length);
  }

  #propose({ watched, first }: StampedText, from: number): void {
    const { mark, offset } = this.#known;
    if (mark === undefined) return;
    for (const line of watched) {
      // In the log's own first file there is only one place for it; equal lines with equal timestamps could not be told apart.
      if (first === mark.first && from + line !== mark.at) continue;
      this.#proposed.push(from + line + offset - mark.at);
    }
  }

  #isSame(last: Uint8Array, place: number): boolean {
    const before = Buffer.concat([this.#tail.bytes(), last]);
    const { tail } = this.#known;
    const length = Math.min(place, tail.length, before.length);
    return before.subarray(before.length - length).equals(tail.subarray(tail.length - length));
  }
}
