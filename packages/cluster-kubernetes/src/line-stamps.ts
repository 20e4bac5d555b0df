/**
 * As the kubelet writes it before every line, always this long (Go's `2006-01-02T15:04:05.000000000Z07:00`, in UTC), and a space behind it.
 * 0 stands for a digit.
 */
const USUAL = Uint8Array.from(Buffer.from('0000-00-00T00:00:00.000000000Z '), (byte) => (byte === 0x30 ? 0 : byte));
const USUAL_LENGTH = USUAL.length - 1;
/** What other kubelets and zones make of it. */
const ANY = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MAX_PREFIX = 36;
/** Up to this length a line is copied byte by byte, which is faster than two calls into native code. */
const SHORT_LINE = 200;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/** A line that begins in a piece of a log: its offset in the piece's bytes (which may be their end), and its timestamp. */
export interface StampedLine {
  readonly at: number;
  readonly stamp: string;
}

/** A line whose timestamp is not later than that of the line before, which may begin in the same piece. */
export interface NotLaterLine extends StampedLine {
  readonly isEqual: boolean;
  readonly before: StampedLine | undefined;
}

/** A piece of a log without its timestamps, and what they said. */
export interface StampedText {
  readonly bytes: Uint8Array;
  /** The timestamp of the first line of all; undefined before it came. */
  readonly first: string | undefined;
  /** The last line that begins in it. */
  readonly last?: StampedLine | undefined;
  /** Where lines with the watched timestamp begin. */
  readonly watched: readonly number[];
  /** Lines whose timestamp is not later than that of the line before. */
  readonly back: readonly NotLaterLine[];
}

/** Takes the timestamps off the lines of a log, however it was cut into chunks. */
export class LineStamps {
  /** What came of a line's prefix so far; of a foreign line, what came of it. */
  rest: Uint8Array = Buffer.alloc(0);
  /** A line came that has none. */
  isForeign = false;
  readonly #watched: Buffer | undefined;
  #first: string | undefined;
  readonly #latest = Buffer.alloc(MAX_PREFIX);
  #latestLength = 0;
  #inPrefix = true;

  constructor(watched?: string) {
    this.#watched = watched === undefined ? undefined : Buffer.from(watched, 'latin1');
  }

  /** The log's bytes in a chunk; stops at a line that is not the log's. */
  take(chunk: Uint8Array): StampedText {
    const data = this.rest.length === 0 ? asBuffer(chunk) : Buffer.concat([this.rest, chunk]);
    this.rest = Buffer.alloc(0);
    const bytes = Buffer.allocUnsafe(data.length);
    const watched: number[] = [];
    const back: NotLaterLine[] = [];
    let lastAt = -1;
    let length = 0;
    for (let at = 0; at < data.length;) {
      if (this.#inPrefix) {
        const stamp = prefixLength(data, at);
        if (stamp <= 0) {
          this.isForeign = stamp < 0;
          this.rest = Uint8Array.from(data.subarray(at));
          break;
        }
        const order = this.#order(data, at, stamp);
        if (order <= 0) {
          const before = lastAt < 0 ? undefined : { at: lastAt, stamp: this.#latestStamp() };
          back.push({ at: length, stamp: data.toString('latin1', at, at + stamp), isEqual: order === 0, before });
        }
        if (order !== 0) this.#remember(data, at, stamp);
        if (this.#isWatched(data, at, stamp)) watched.push(length);
        lastAt = length;
        at += stamp + 1;
        this.#inPrefix = false;
      } else {
        const end = copyLine(data, at, bytes, length);
        length += end - at;
        at = end;
        this.#inPrefix = data[end - 1] === NEWLINE;
      }
    }
    return {
      bytes: bytes.subarray(0, length),
      first: this.#first,
      watched,
      back,
      ...(lastAt < 0 ? {} : { last: { at: lastAt, stamp: this.#latestStamp() } }),
    };
  }

  /** More than 0 when the timestamp is later than the latest, 0 when it is the same. Only timestamps of one form can be compared as text. */
  #order(data: Buffer, at: number, length: number): number {
    if (length !== this.#latestLength) return 1;
    for (let i = 0; i < length; i++) {
      const difference = (data[at + i] ?? 0) - (this.#latest[i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #remember(data: Buffer, at: number, length: number): void {
    this.#first ??= data.toString('latin1', at, at + length);
    this.#latestLength = length;
    for (let i = 0; i < length; i++) this.#latest[i] = data[at + i] ?? 0;
  }

  #latestStamp(): string {
    return this.#latest.toString('latin1', 0, this.#latestLength);
  }

  #isWatched(data: Buffer, at: number, length: number): boolean {
    const watched = this.#watched;
    if (watched?.length !== length) return false;
    // Backwards, because times of one log differ in their last digits.
    for (let i = length - 1; i >= 0; i--) if (data[at + i] !== watched[i]) return false;
    return true;
  }
}

/** Copies to the end of the line, or of the data, and says where that is. */
function copyLine(data: Buffer, from: number, to: Buffer, at: number): number {
  const short = Math.min(data.length, from + SHORT_LINE);
  for (let i = from; i < short; i++) {
    const byte = data[i] ?? 0;
    to[at + i - from] = byte;
    if (byte === NEWLINE) return i + 1;
  }
  const newline = data.indexOf(NEWLINE, short);
  const end = newline < 0 ? data.length : newline + 1;
  data.copy(to, at + short - from, short, end);
  return end;
}

/** Length of the timestamp that begins there; 0 = it may still become one, -1 = it is none. */
function prefixLength(data: Buffer, at: number): number {
  if (isUsual(data, at)) return USUAL_LENGTH;
  const prefix = data.subarray(at, at + MAX_PREFIX);
  const space = prefix.indexOf(SPACE);
  if (space >= 0) return ANY.test(prefix.toString('latin1', 0, space)) ? space : -1;
  return prefix.length < MAX_PREFIX ? 0 : -1;
}

function isUsual(data: Buffer, at: number): boolean {
  if (data.length - at < USUAL.length) return false;
  for (let i = 0; i < USUAL.length; i++) {
    const byte = data[at + i] ?? 0;
    const wanted = USUAL[i];
    if (wanted === 0 ? byte < 0x30 || byte > 0x39 : byte !== wanted) return false;
  }
  return true;
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
}
