import type { LogPart } from '@lacuna/cluster';
import type { ReadAheadRoom } from './read-ahead-room.ts';

/** Bytes worth a message, and what the source said of them. */
export interface Chunk {
  /** At most `MAX_CHUNK_BYTES`; empty when the source only had something to say. */
  readonly bytes: Uint8Array;
  readonly mark: string | undefined;
  readonly gaps: readonly NonNullable<LogPart['gap']>[];
  /** Nobody has made sure yet that it is of the log: only when the whole agrees with the seal is it believed. */
  readonly isUnproven?: boolean;
}

export interface Chunking {
  /** A started chunk goes out when its first byte is so old, or as soon as the one before is stored. Milliseconds. */
  readonly idleMs: number;
  /**
   * How far the source is read before its reader. The kubelet forgets what it rotates, so a store that stands still for a moment must not
   * hold up the reading. Bytes.
   */
  readonly aheadBytes: number;
  /** What all logs together may hold so. */
  readonly room: ReadAheadRoom;
}
