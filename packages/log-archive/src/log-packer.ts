import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdCompress } from 'node:zlib';
import { Failure, type FactData } from '@lacuna/contracts';
import { encodeIndex, type Frame } from './frame-index.ts';

/** What a log must be, by its statement. */
export interface LogIdentity {
  readonly bytes: number;
  readonly sha256: string;
}

type Packing = Pick<FactData<'log-archived'>, 'packedBytes' | 'index'>;

/** What a reader unpacks at a time, in bytes of the log: the least that is fetched, and what is held in memory. */
export const FRAME_BYTES = 2 ** 20;

const compress = promisify(zstdCompress);

/** Packs a log as frames with an index behind them. The same log gives the same bytes, with the same version of zstd. */
export class LogPacker {
  readonly #identity: LogIdentity;
  readonly #frames: Frame[] = [];
  #packing: Packing | undefined;

  constructor(identity: LogIdentity) {
    this.#identity = identity;
  }

  /** The object, piece by piece. Throws `Failure('log-damaged')` in place of its last piece when the log is not the one of the statement. */
  async *pack(log: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of piecesOf(log)) {
      hash.update(piece);
      bytes += piece.length;
      const packed = await compress(piece);
      this.#frames.push({ packedBytes: packed.length, bytes: piece.length, sha256: sha256(packed) });
      yield packed;
    }
    this.#refuseOther({ bytes, sha256: hash.digest('hex') });
    const index = encodeIndex(this.#frames);
    const at = this.#frames.reduce((sum, frame) => sum + frame.packedBytes, 0);
    this.#packing = { packedBytes: at + index.length, index: { at, sha256: sha256(index).toString('hex') } };
    yield index;
  }

  /** What was packed, when it was packed to the end. */
  get packing(): Packing {
    if (this.#packing === undefined) throw new Failure('bug', 'the log was not packed to its end');
    return this.#packing;
  }

  #refuseOther(found: LogIdentity): void {
    const { bytes, sha256: wanted } = this.#identity;
    if (found.bytes !== bytes)
      throw new Failure('log-damaged', `the stored log has ${found.bytes} bytes, its statement says ${bytes}`);
    if (found.sha256 !== wanted)
      throw new Failure('log-damaged', `the stored log has the ${bytes} bytes of its statement, but not the same ones`);
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

async function* piecesOf(log: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of log) {
    for (let from = 0; from < chunk.length;) {
      const part = chunk.subarray(from, from + FRAME_BYTES - length);
      waiting.push(part);
      length += part.length;
      from += part.length;
      if (length < FRAME_BYTES) continue;
      yield Buffer.concat(waiting, length);
      waiting = [];
      length = 0;
    }
  }
  if (length > 0) yield Buffer.concat(waiting, length);
}
