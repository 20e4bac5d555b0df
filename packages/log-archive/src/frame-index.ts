/** One frame of a packed log: a piece of the log, packed by itself, so that reading may begin at any of them. */
export interface Frame {
  readonly packedBytes: number;
  /** Of the piece of the log. */
  readonly bytes: number;
  /** Of the packed frame: nothing else than what was written is ever unpacked. */
  readonly sha256: Uint8Array;
}

/** A frame that every zstd reader skips, so that `zstd -dc` of a whole object still gives the log. Source: RFC 8878, 3.1.2. */
const SKIPPABLE = 0x184d2a5e;
const HEAD_BYTES = 8;
const ENTRY_BYTES = 4 + 4 + 32;

/** The index of a packed log, as it stands at the end of its object. */
export function encodeIndex(frames: readonly Frame[]): Uint8Array {
  const bytes = Buffer.alloc(HEAD_BYTES + frames.length * ENTRY_BYTES);
  bytes.writeUInt32LE(SKIPPABLE, 0);
  bytes.writeUInt32LE(bytes.length - HEAD_BYTES, 4);
  for (const [i, frame] of frames.entries()) {
    const at = HEAD_BYTES + i * ENTRY_BYTES;
    bytes.writeUInt32LE(frame.packedBytes, at);
    bytes.writeUInt32LE(frame.bytes, at + 4);
    bytes.set(frame.sha256, at + 8);
  }
  return bytes;
}

/** The frames that an index names. The caller has made sure, by its sha256, that it is the one that was written. */
export function decodeIndex(index: Uint8Array): Frame[] {
  const bytes = Buffer.from(index.buffer, index.byteOffset, index.byteLength);
  const frames: Frame[] = [];
  for (let at = HEAD_BYTES; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES)
    frames.push({
      packedBytes: bytes.readUInt32LE(at),
      bytes: bytes.readUInt32LE(at + 4),
      sha256: bytes.subarray(at + 8, at + ENTRY_BYTES),
    });
  return frames;
}
