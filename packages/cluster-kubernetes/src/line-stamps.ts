import { bytesOf, copyLine, type Bytes } from './copy-line.ts';
import { LatestStamp, nanosOf } from './latest-stamp.ts';

/** Every form that kubelets and zones make of a timestamp. */
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MAX_PREFIX = 36;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/** A line that begins in a piece of a log: its offset in the piece's bytes (which may be their end), and its timestamp. */
interface StampedLine {
  readonly at: number;
  readonly stamp: string;
}

/** A line whose timestamp is not later than that of the line before, which may begin in the same piece. */
export interface NotLaterLine extends StampedLine {
  /** By how much it is earlier, in nanoseconds; infinite when that is not in the same second. */
  readonly earlierBy: number;
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
  /** See `SourcePiece`; of `last`. */
  readonly recordAt?: number | undefined;
}

/** The lines that begin in a piece, as far as they were seen. */
interface Seen {
  readonly watched: number[];
  readonly back: NotLaterLine[];
  /** Where the latest begins; -1 before the first. */
  lastAt: number;
}

/** Takes the timestamps off the lines of a log, however it was cut into chunks. */
export class LineStamps {
  /** What came of a line's prefix so far; of a foreign line, what came of it. */
  rest: Uint8Array = Buffer.alloc(0);
  /** A line came that has none. */
  isForeign = false;
  readonly #watched: string | undefined;
  readonly #watchedNanos: number;
  readonly #latest = new LatestStamp();
  #first: string | undefined;
  #inPrefix = true;

  constructor(watched?: string) {
    this.#watched = watched;
    this.#watchedNanos = nanosOf(watched ?? '');
  }

  /** The log's bytes in a chunk; stops at a line that is not the log's. */
  take(chunk: Uint8Array): StampedText {
    const data = bytesOf(this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]));
    this.rest = Buffer.alloc(0);
    const bytes = bytesOf(Buffer.allocUnsafe(data.buffer.length));
    const seen: Seen = { watched: [], back: [], lastAt: -1 };
    let length = 0;
    for (let at = 0; at < data.buffer.length;) {
      if (this.#inPrefix) {
        const stamp = this.#takeStamp(data, at, length, seen);
        if (stamp === 0) {
          this.rest = Uint8Array.from(data.buffer.subarray(at));
          break;
        }
        at += stamp + 1;
        this.#inPrefix = false;
      } else {
        const end = copyLine(data, at, bytes, length);
        length += end - at;
        at = end;
        this.#inPrefix = data.buffer[end - 1] === NEWLINE;
      }
    }
    const { watched, back, lastAt } = seen;
    const last = lastAt < 0 ? {} : { last: { at: lastAt, stamp: this.#latest.text } };
    return { bytes: bytes.buffer.subarray(0, length), first: this.#first, watched, back, ...last };
  }

  /** The length of the timestamp there, of a line that begins at `place` in what comes out; 0 when it is none, or not all there. */
  #takeStamp(data: Bytes, at: number, place: number, seen: Seen): number {
    const order = this.#latest.orderNear(data.view, at);
    if (order === LatestStamp.FAR) return this.#takeFar(data.buffer, at, place, seen);
    if (order <= 0)
      this.#noteBack(data.buffer.toString('latin1', at, at + LatestStamp.NEAR_LENGTH), order, place, seen);
    this.#latest.rememberNear();
    const { nanos } = this.#latest;
    if (nanos === this.#watchedNanos && this.#latest.text === this.#watched) seen.watched.push(place);
    seen.lastAt = place;
    return LatestStamp.NEAR_LENGTH;
  }

  #takeFar(buffer: Buffer, at: number, place: number, seen: Seen): number {
    const prefix = buffer.subarray(at, at + MAX_PREFIX);
    const space = prefix.indexOf(SPACE);
    const text = prefix.toString('latin1', 0, Math.max(0, space));
    if (!STAMP.test(text)) {
      // Without a space it may still become one.
      this.isForeign = space >= 0 || prefix.length === MAX_PREFIX;
      return 0;
    }
    const order = this.#latest.order(text);
    if (order <= 0) this.#noteBack(text, order < 0 ? -Infinity : 0, place, seen);
    this.#latest.remember(text);
    this.#first ??= text;
    if (text === this.#watched) seen.watched.push(place);
    seen.lastAt = place;
    return space;
  }

  /** Called before it is remembered. */
  #noteBack(stamp: string, order: number, at: number, { back, lastAt }: Seen): void {
    const before = lastAt < 0 ? undefined : { at: lastAt, stamp: this.#latest.text };
    back.push({ at, stamp, earlierBy: 0 - order, before });
  }
}
