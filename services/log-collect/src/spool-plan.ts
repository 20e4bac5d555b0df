import { createHash } from 'node:crypto';
import type { SpoolPart } from '@lacuna/cluster';
import type { Witness } from './container-end.ts';

/** How much of a stored log is right, so that the spool has all the rest; or why it can't be had from there. */
export type SpoolPlan =
  { readonly kind: 'usable'; readonly right: number } | { readonly kind: 'useless'; readonly why: string };

/**
 * Whether a stored log, up to where the spool begins, and the spool behind it are together what the seal counted. Only then may a byte of the
 * stored log be replaced: nothing is touched before it is proven what comes there.
 */
export async function spoolPlan(
  stored: AsyncIterable<Uint8Array>,
  spool: AsyncIterable<SpoolPart>,
  seal: Witness,
): Promise<SpoolPlan> {
  using left = new Pieces(stored);
  const hash = createHash('sha256');
  let at = 0;
  let right: number | undefined;
  for await (const { offset, bytes } of spool) {
    if (at === 0)
      for await (const piece of left.upTo(offset)) {
        hash.update(piece);
        at += piece.length;
      }
    if (offset !== at) return useless(`it begins at byte ${offset}, and only ${at} are right before it`);
    hash.update(bytes);
    right ??= await firstDifference(left, bytes, at);
    at += bytes.length;
  }
  if (at !== seal.bytes) return useless(`with it there are ${at} of ${seal.bytes} bytes`);
  if (hash.digest('hex') !== seal.sha256)
    return useless('with it there are as many bytes as were written, but not the same ones');
  return { kind: 'usable', right: right ?? at };
}

const useless = (why: string): SpoolPlan => ({ kind: 'useless', why });

/** Where what is stored stops being these bytes of the spool, which begin at `at`; undefined when it is all of them. */
async function firstDifference(stored: Pieces, bytes: Uint8Array, at: number): Promise<number | undefined> {
  let same = 0;
  for await (const piece of stored.upTo(bytes.length)) {
    const equal = commonLength(piece, bytes.subarray(same));
    same += equal;
    if (equal < piece.length) return at + same;
  }
  return same < bytes.length ? at + same : undefined;
}

/** How many of the first bytes of `a` are those of `b`, which is no shorter. */
function commonLength(a: Uint8Array, b: Uint8Array): number {
  if (Buffer.compare(a, b.subarray(0, a.length)) === 0) return a.length;
  return a.findIndex((byte, index) => byte !== b[index]);
}

/** A stream of bytes, taken in pieces of at most a wanted length. */
class Pieces implements Disposable {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** The next `bytes` bytes, or as many as there are. */
  async *upTo(bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = bytes; left > 0;) {
      while (this.#rest.length === 0) {
        const step = await this.#source.next();
        if (step.done === true) return;
        this.#rest = step.value;
      }
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  [Symbol.dispose](): void {
    this.#source.return?.().catch(() => undefined);
  }
}
