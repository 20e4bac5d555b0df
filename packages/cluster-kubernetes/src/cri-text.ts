import { bytesOf, copyLine, type Bytes } from './copy-line.ts';
import type { SourcePiece } from './log-text.ts';

const NEWLINE = 0x0a;
const SPACE = 0x20;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const PARTIAL = 0x50;
/** `std`, and what stands behind it. */
const STD = 0x737464;
const OUT = 0x6f7574;
const ERR = 0x657272;
const STREAM_LENGTH = 6;
/** `2006-01-02T15:04:05`, which a fraction of up to nine digits may follow, and then the zone. */
const SECOND_LENGTH = 19;
const FRACTION_LENGTH = 10;
/** A prefix has three words, each with a space behind it: the time, the stream, and whether the line goes on in the next record. */
const SHORTEST_PREFIX = '2006-01-02T15:04:05Z stdout F '.length;
const MOST_PREFIX = 64;

/**
 * The text of a container's log, out of the files that a CRI runtime writes: of each record only what the container wrote, and with `timestamps` its
 * time before each line, both byte for byte as the kubelet's log API gives them. A line that is no record is left out, as there. Source:
 * `parseCRILog` and `logWriter.write` of cri-client, Kubernetes 1.34.
 */
export class CriText {
  readonly #timestamps: boolean;
  /** What came of a prefix so far. */
  #rest: Uint8Array = Buffer.alloc(0);
  /** In which part of a record the next byte is; `nowhere` is a line that is none. */
  #in: 'prefix' | 'text' | 'nowhere' = 'prefix';
  #isPartial = false;
  /** What was given last ended a line. */
  #isNewLine = true;
  /** Where in its file the next byte is. */
  #at: number;
  #recordAt: number | undefined;

  /** `at`: where in its first file the text is asked for from. */
  constructor({ timestamps, at = 0 }: { readonly timestamps: boolean; readonly at?: number | undefined }) {
    this.#timestamps = timestamps;
    this.#at = at;
  }

  /** The text in the next bytes of a file. */
  take(chunk: Uint8Array): SourcePiece {
    const data = bytesOf(this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]));
    const { length } = data.buffer;
    const dataAt = this.#at - this.#rest.length;
    this.#at += chunk.length;
    this.#rest = Buffer.alloc(0);
    // A time without a fraction gets one, and is then a byte longer than all of the prefix was.
    const text = bytesOf(Buffer.allocUnsafe(length + Math.ceil(length / SHORTEST_PREFIX) + FRACTION_LENGTH));
    let to = 0;
    for (let at = 0; at < length;) {
      if (this.#in !== 'prefix') {
        const end = copyLine(data, at, text, to);
        to += this.#pass(text.view, to, end - at);
        at = end;
        continue;
      }
      const end = this.#takePrefix(data, at);
      if (end === undefined) {
        this.#rest = Uint8Array.from(data.buffer.subarray(at));
        break;
      }
      if (this.#needsTime) {
        to = writeTime(data.view, at, text.view, to);
        this.#recordAt = dataAt + at;
      }
      at = end;
    }
    return { bytes: text.buffer.subarray(0, to), recordAt: this.#recordAt };
  }

  /** The file has ended; what comes next is from the beginning of another one. */
  endFile(): void {
    this.#rest = Buffer.alloc(0);
    this.#in = 'prefix';
    this.#at = 0;
  }

  /** Behind a prefix. */
  get #needsTime(): boolean {
    return this.#in === 'text' && this.#timestamps && this.#isNewLine;
  }

  /** Returns where the text behind the prefix begins, or where the line goes on that has none; undefined while that can't be told. */
  #takePrefix({ buffer, view }: Bytes, from: number): number | undefined {
    const most = Math.min(buffer.length, from + MOST_PREFIX);
    let streamAt = 0;
    let tagAt = 0;
    let at = from;
    for (; at < most; at++) {
      const byte = view.getUint8(at);
      if (byte === NEWLINE) break;
      if (byte !== SPACE) continue;
      if (streamAt === 0) streamAt = at + 1;
      else if (tagAt === 0) tagAt = at + 1;
      else {
        if (!isRecord(view, from, streamAt, tagAt)) break;
        this.#in = 'text';
        this.#isPartial = view.getUint8(tagAt) === PARTIAL;
        return at + 1;
      }
    }
    if (at === buffer.length && at < from + MOST_PREFIX) return undefined;
    this.#in = 'nowhere';
    return at;
  }

  /** A part of a line was copied. Returns how much of it is text. */
  #pass(text: DataView, to: number, copied: number): number {
    const isEnd = text.getUint8(to + copied - 1) === NEWLINE;
    const length = this.#in === 'nowhere' ? 0 : copied - (isEnd && this.#isPartial ? 1 : 0);
    if (isEnd) this.#in = 'prefix';
    if (length > 0) this.#isNewLine = text.getUint8(to + length - 1) === NEWLINE;
    return length;
  }
}

function isRecord(data: DataView, timeAt: number, streamAt: number, tagAt: number): boolean {
  const isTime = streamAt - timeAt > SECOND_LENGTH && isDigit(data.getUint8(timeAt));
  if (!isTime || tagAt - streamAt !== STREAM_LENGTH + 1) return false;
  const rest = data.getUint32(streamAt + 2) & 0xffffff;
  return data.getUint32(streamAt) >>> 8 === STD && (rest === OUT || rest === ERR);
}

/** The time with nine digits for its fraction, and a space. Returns what is behind it. */
function writeTime(data: DataView, from: number, text: DataView, begin: number): number {
  let to = begin;
  let at = from;
  for (; at < from + SECOND_LENGTH; at++) text.setUint8(to++, data.getUint8(at));
  const fractionEnd = to + FRACTION_LENGTH;
  text.setUint8(to++, DOT);
  if (data.getUint8(at) === DOT) at++;
  for (; isDigit(data.getUint8(at)); at++) text.setUint8(to++, data.getUint8(at));
  while (to < fractionEnd) text.setUint8(to++, ZERO);
  for (; data.getUint8(at) !== SPACE; at++) text.setUint8(to++, data.getUint8(at));
  text.setUint8(to++, SPACE);
  return to;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
