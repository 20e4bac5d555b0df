/** Up to this length a line is copied by words in script, which is faster than two calls into native code. */
const SHORT_LINE = 256;
const NEWLINE = 0x0a;
const NEWLINES = 0x0a0a0a0a;
const ONES = 0x01010101;
const HIGH_BITS = 0x80808080;

/** The same bytes as a buffer and as words. */
export interface Bytes {
  readonly buffer: Buffer;
  readonly view: DataView;
}

/** Views of the same memory: nothing is copied. */
export function bytesOf({ buffer, byteOffset, length }: Uint8Array): Bytes {
  return { buffer: Buffer.from(buffer, byteOffset, length), view: new DataView(buffer, byteOffset, length) };
}

/** Copies to the end of the line, or of the data, and says where that is. The target must have room for all of the data; what lies behind the copy in it may be overwritten. */
export function copyLine(data: Bytes, from: number, to: Bytes, at: number): number {
  const { length } = data.buffer;
  const source = data.view;
  const target = to.view;
  const short = Math.min(length, from + SHORT_LINE);
  const shift = at - from;
  let i = from;
  for (; i <= short - 4; i += 4) {
    const word = source.getInt32(i, true);
    target.setInt32(i + shift, word, true);
    // A byte of the difference is zero only where a newline is, and only then its high bit comes out set.
    const difference = word ^ NEWLINES;
    if (((difference - ONES) & ~difference & HIGH_BITS) !== 0) break;
  }
  for (; i < short; i++) {
    const byte = source.getUint8(i);
    target.setUint8(i + shift, byte);
    if (byte === NEWLINE) return i + 1;
  }
  const newline = data.buffer.indexOf(NEWLINE, i);
  const end = newline < 0 ? length : newline + 1;
  data.buffer.copy(to.buffer, i + shift, i, end);
  return end;
}
