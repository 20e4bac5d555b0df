import { promisify } from 'node:util';
import { constants, zstdDecompress } from 'node:zlib';
import { Failure, MAX_CHUNK_BYTES } from '@lacuna/contracts';
import { ChunkPacker } from './chunk-packer.ts';
import type { Headers } from './headers.ts';
import { placeOf } from './log-chunk.ts';

/** A shorter chunk is stored as it is: packing costs a tenth of a millisecond whatever its length, which is more than the writing of so many bytes. */
const WORTH_PACKING_BYTES = 16 * 1024;
/** One that becomes no shorter than this part of itself is stored as it is: its readers would unpack it for nothing. */
const WORTH_KEEPING = 7 / 8;
/** No chunk of ours looks further back than its own length; a larger window would only be memory that a damaged chunk can ask for. */
const UNPACKING = { [constants.ZSTD_d_windowLogMax]: Math.ceil(Math.log2(MAX_CHUNK_BYTES)) };
/** The least that zlib takes for the size of a buffer. */
const LEAST_BUFFER_BYTES = 64;

const decompress = promisify(zstdDecompress);

/** The packed form of a chunk's bytes; undefined when they are better stored as they are. Works in the thread pool. */
export async function packedBytes(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  if (bytes.length < WORTH_PACKING_BYTES) return undefined;
  const packed = await ChunkPacker.pack(bytes);
  return packed.length < bytes.length * WORTH_KEEPING ? packed : undefined;
}

/** A stored chunk. */
interface ChunkMessage {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

/**
 * The bytes of the log that a stored chunk has. Never needs more memory than the longest chunk. Throws `Failure('log-damaged')` when they are
 * not those that were stored.
 */
export async function bytesOfChunk({ subject, bytes, headers }: ChunkMessage): Promise<Uint8Array> {
  const { from, to, isPacked } = placeOf(headers, bytes.length);
  if (!isPacked) return bytes;
  const length = to - from;
  const options = {
    params: UNPACKING,
    maxOutputLength: Math.max(1, length),
    chunkSize: Math.max(LEAST_BUFFER_BYTES, length),
  };
  const unpacked = await decompress(bytes, options).catch((error: unknown) => error as Error);
  if (!(unpacked instanceof Error) && unpacked.length === length) return unpacked;
  const why = unpacked instanceof Error ? unpacked.message : `it has ${unpacked.length} bytes`;
  throw new Failure('log-damaged', `bytes ${from} to ${to} of the log ${subject} are damaged in the stream: ${why}`);
}
