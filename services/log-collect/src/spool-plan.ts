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
      for (
        let piece = await left.next(offset);
        at < offset && piece !== undefined;
        piece = await left.next(offset - at)
      ) {
        hash.update(piece);
        at += piece.length;
      }
    if (offset !== at) return useless(`it begins at byte ${offset}, and only ${at} are right before it`);
    hash.update(bytes);
    for (let same = 0; right === undefined && same < bytes.length;) {
      const piece = await left.next(bytes.length - same);
      const equal = commonLength(piece, bytes.subarray(same));
      if (piece === undefined || equal < piece.length) right = at + same + equal;
      same += equal;
    }
    at += bytes.length;
  }
  if (at !== seal.bytes) return useless(`with it there are ${at} of ${seal.bytes} bytes`);
  if (hash.digest('hex') !== seal.sha256)
    return useless('with it there are as many bytes as were written, but not the same ones');
  return { kind: 'usable', right: right ?? at };
}

const useless = (why: string): SpoolPlan => ({ kind: 'useless', why });

function commonLength(a: Uint8Array | undefined, b: Uint8Array): number {
  if (a === undefined) return 0;
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

  /** Undefined at the end, and for none. */
  async next(most: number): Promise<Uint8Array | undefined> {
    while (this.#rest.length === 0 && most > 0) {
      const step = await this.#source.next();
      if (step.done === true) return undefined;
      this.#rest = step.value;
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(most);
    return most > 0 ? piece : undefined;
  }

  [Symbol.dispose](): void {
    this.#source.return?.().catch(() => undefined);
  }
}
