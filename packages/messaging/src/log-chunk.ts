import { createHash } from 'node:crypto';
import { defined, MAX_CHUNK_BYTES } from '@lacuna/contracts';
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

/** Which bytes of its log a chunk has: [from, to). */
export interface ChunkPlace {
  readonly from: number;
  readonly to: number;
  /** Its payload is the packed form of the bytes. */
  readonly isPacked: boolean;
}

/** Who writes a chunk. */
export interface ChunkWriter {
  readonly container: string;
  /** Tells a writer from every other, also of the same log. */
  readonly id: string;
}

/** Tells a chunk from every other: container, offset, content and writer. One that was taken back, and is right after all, is another chunk. */
function chunkId({ container, id }: ChunkWriter, { offset, bytes, logSha256 }: LogChunk): string {
  const sha256 = logSha256 ?? createHash('sha256').update(bytes).digest('hex');
  return `${container}/${offset}/${sha256.slice(0, 16)}/${id}`;
}

/**
 * The headers that a chunk is stored with. A packed one has no `Lacuna-Offset`, so that a reader who knows only plain chunks refuses it instead
 * of taking its payload for log.
 */
export function chunkHeaders(writer: ChunkWriter, chunk: LogChunk, isPacked: boolean): Record<string, string> {
  const { offset, bytes, note } = chunk;
  return {
    'Nats-Msg-Id': chunkId(writer, chunk),
    ...(isPacked ? { 'Lacuna-Zstd': `${offset} ${bytes.length}` } : { 'Lacuna-Offset': String(offset) }),
    'Lacuna-Container': writer.container,
    ...defined({ 'Lacuna-Note': note }),
  };
}

/** On the chunk in whose place all is void that was stored before it and ends behind its first byte. */
const TAKES_BACK = 'Lacuna-Takes-Back';
/** On the last message of a log, which has no bytes: what it was closed with. */
const CLOSED = 'Lacuna-Closed';

/** The headers of a chunk that takes back. */
export function takingBack(headers: Readonly<Record<string, string>>): Record<string, string> {
  return { ...headers, [TAKES_BACK]: '1' };
}

export const takesBack = (headers: Headers): boolean => headers.get(TAKES_BACK) !== undefined;

/** The headers of the message that closes a log: to readers it is a chunk of no bytes. */
export function closingHeaders({ container, id }: ChunkWriter, offset: number, word: string): Record<string, string> {
  return {
    'Nats-Msg-Id': `${container}/closed/${id}`,
    'Lacuna-Offset': String(offset),
    'Lacuna-Container': container,
    [CLOSED]: word,
  };
}

export const closedWith = (headers: Headers): string | undefined => headers.get(CLOSED);

/** The place of a stored chunk whose payload has so many bytes. Throws when it is none: nobody else may publish there. */
export function placeOf(headers: Headers, payloadBytes: number): ChunkPlace {
  const packed = headers.get('Lacuna-Zstd');
  const [from, length] = packed?.split(' ').map(Number) ?? [Number(headers.get('Lacuna-Offset')), payloadBytes];
  if (!isWithin(from, 0, Number.MAX_SAFE_INTEGER) || !isWithin(length, 0, MAX_CHUNK_BYTES))
    throw new TypeError(
      `not a log chunk: Lacuna-Offset ${headers.get('Lacuna-Offset')}, Lacuna-Zstd ${packed}, ${payloadBytes} bytes`,
    );
  return { from, to: from + length, isPacked: packed !== undefined };
}

function isWithin(value: number | undefined, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}
