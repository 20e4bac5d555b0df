import { createHash } from 'node:crypto';
import type { Headers } from './headers.ts';

/** A piece of a container's log. */
export interface LogChunk {
  /** Of its first byte in the log. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** What its writer needs to go on behind it in its source: text without line ends. */
  readonly note?: string;
  /** For its writer: the sha256, in hex, of all bytes of the log up to its end. Of its own bytes when it is not given, which costs another hash. */
  readonly logSha256?: string;
}

/** Where a log ends: the offset behind its last byte, and the sequence of its last chunk (0 = it has none). */
export interface LogEnd {
  readonly offset: number;
  readonly seq: number;
}

/** Tells a chunk from every other: container, offset and content. */
function chunkId(container: string, { offset, bytes, logSha256 }: LogChunk): string {
  const sha256 = logSha256 ?? createHash('sha256').update(bytes).digest('hex');
  return `${container}/${offset}/${sha256.slice(0, 16)}`;
}

/** The headers that a chunk is stored with. */
export function chunkHeaders(container: string, chunk: LogChunk): Record<string, string> {
  return {
    'Nats-Msg-Id': chunkId(container, chunk),
    'Lacuna-Offset': String(chunk.offset),
    'Lacuna-Container': container,
    ...(chunk.note === undefined ? {} : { 'Lacuna-Note': chunk.note }),
  };
}

/** The offset of a stored chunk. Throws when it is none: nobody else may publish there. */
export function offsetOf(headers: Headers): number {
  const offset = Number(headers.get('Lacuna-Offset'));
  if (!Number.isSafeInteger(offset))
    throw new TypeError(`not a log chunk: Lacuna-Offset ${headers.get('Lacuna-Offset')}`);
  return offset;
}
