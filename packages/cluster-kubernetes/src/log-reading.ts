import { LogContradicted, LogTail, type LogPart, type LogPosition } from '@lacuna/cluster';
import type { NotLaterLine, StampedText } from './line-stamps.ts';
import { LogAlignment } from './log-alignment.ts';
import { decodeMark, encodeMark, type LogMark } from './log-mark.ts';
import { logText } from './log-text.ts';

/** Asks the source for its current file from the start, and with `follow` for what comes after it. */
type AskForLog = (follow: boolean) => AsyncIterable<Uint8Array>;

/** Where in the source's current file the unknown begins. */
interface Place {
  /** Bytes of the file that are known. */
  readonly passed: number;
  /** The timestamp of its first line, when it has one. */
  readonly first?: string | undefined;
  /** It is not the file that was read before, as far as can be seen: what comes may not be what comes next. */
  readonly isNewFile?: boolean;
}

/**
 * containerd takes the time of a line before it waits for its turn to write it, so lines of two streams may come in the wrong order. Measured: up to
 * 5 ms with two streams of 80 MB/s on a busy node. To take more for a file that begins again costs only time.
 */
const DISORDER_NS = 50_000_000;
const NOTHING = new Uint8Array();
const NEWLINE = 0x0a;

/**
 * A log from a position on, put together from as many reads of the source as it takes. The source serves only the current file of a log that is
 * rotated, so what is known is first found again in a read that has an end; what that does not hold any more is a gap, and told as one (faults
 * L4, L5, L8). Then the log is followed. Throws when the source breaks off, and
 * `LogContradicted` when it contradicts what it gave before.
 */
export class LogReading {
  readonly #ask: AskForLog;
  readonly #tail = new LogTail();
  /** How much earlier a line may be than the one before it. */
  readonly #disorderNs: number;
  #offset: number;
  #mark: LogMark | undefined;
  /** The timestamp with which a followed stream began again at something earlier. */
  #begunAgain: string | undefined;

  constructor(ask: AskForLog, { offset, known, streams }: LogPosition) {
    this.#ask = ask;
    this.#disorderNs = streams === 'apart' ? DISORDER_NS : 0;
    this.#offset = offset;
    this.#tail.add(known?.tail ?? NOTHING);
    this.#mark = decodeMark(known?.mark);
  }

  async *parts(follow: boolean): AsyncGenerator<LogPart> {
    if (this.#offset === 0 && (yield* this.#goOn({ passed: 0 }, follow)) === 'over') return;
    for (;;) {
      const place = yield* this.#catchUp();
      if (!follow && place.isNewFile !== true) return;
      if ((yield* this.#goOn(place, follow)) === 'over') return;
    }
  }

  /** Reads to the present end of the source what is not known yet. */
  async *#catchUp(): AsyncGenerator<LogPart, Place> {
    const mark = this.#mark;
    const known = { offset: this.#offset, tail: this.#tail.bytes(), ...(mark !== undefined && { mark }) };
    const alignment = new LogAlignment(known);
    let first: string | undefined;
    for await (const text of logText(this.#ask(false), mark?.stamp)) {
      ({ first } = text);
      const fresh = alignment.take(text);
      if (!alignment.isFound) continue;
      yield* this.#startOfFile(alignment.fileStart, first);
      yield* this.#pass(text, fresh);
    }
    if (alignment.isFound) return { passed: alignment.passed, first };
    // An empty answer proves nothing: the file may be new, or the kubelet may have died (fault L1).
    if (alignment.passed === 0 || this.#isLater(first)) return { passed: 0, isNewFile: true };
    throw new LogContradicted('the log does not hold what was read of it before, or was cut before it');
  }

  /** That a file whose first line has this timestamp cannot hold what is known: it was begun after that. */
  #isLater(first: string | undefined): boolean {
    const latest = this.#mark?.stamp;
    return latest !== undefined && first?.length === latest.length && first > latest;
  }

  /** Reads on from a place. `again` when the source turned to another file: the place must be looked for anew. */
  async *#goOn(place: Place, follow: boolean): AsyncGenerator<LogPart, 'over' | 'again'> {
    const alignment = new LogAlignment({ offset: place.passed, tail: this.#tail.bytes() });
    for await (const text of logText(this.#ask(follow))) {
      if (place.first !== undefined && text.first !== place.first) return 'again';
      if (place.isNewFile === true && alignment.passed === 0) {
        if (!this.#isLater(text.first)) throw new LogContradicted('the log was not there, and is there again');
        yield gapAt(this.#offset, 'rotation');
      }
      const fresh = alignment.take(text);
      if (!alignment.isFound && alignment.passed >= place.passed)
        throw new LogContradicted('the log does not begin any more as it was read before');
      const skipped = text.bytes.length - fresh.length;
      const back = follow ? this.#beginsAgain(text, skipped) : undefined;
      if (back !== undefined) {
        this.#begunAgain = back.stamp;
        yield* this.#pass(
          { ...text, bytes: text.bytes.subarray(0, back.at), last: back.before },
          fresh.subarray(0, back.at - skipped),
        );
        return 'again';
      }
      yield* this.#pass(text, fresh);
    }
    return 'over';
  }

  /** The first line that may have been read before: its timestamp is too early to come next, or it is the line before once more. */
  #beginsAgain({ bytes, back }: StampedText, skipped: number): NotLaterLine | undefined {
    const repeatsLineBefore = (at: number): boolean => {
      const read = Buffer.from(bytes.buffer, bytes.byteOffset + skipped, at - skipped);
      const isInPiece = read.length > 1 && read.lastIndexOf(NEWLINE, read.length - 2) >= 0;
      const before = isInPiece ? read : Buffer.concat([this.#tail.bytes(), read]);
      const line = before.subarray(before.lastIndexOf(NEWLINE, before.length - 2) + 1);
      const next = bytes.subarray(at, at + line.length);
      return line.subarray(0, next.length).equals(next);
    };
    return back.find(
      ({ at, earlierBy }) =>
        at >= skipped && (earlierBy > this.#disorderNs || (earlierBy === 0 && repeatsLineBefore(at))),
    );
  }

  /**
   * A stream that begins again at an earlier line has a cause: the kubelet opens the newest file once for every rotation that it missed
   * (fault L4). So when the current file begins with that very line, there was a file before it that nobody could read.
   */
  *#startOfFile(fileStart: number, first: string | undefined): Generator<LogPart> {
    const isSkipped = this.#begunAgain !== undefined && this.#begunAgain === first;
    if (fileStart > 0) yield gapAt(fileStart, isSkipped ? 'rotation' : 'rotated');
    this.#begunAgain = undefined;
  }

  *#pass({ bytes, first, last }: StampedText, fresh: Uint8Array): Generator<LogPart> {
    const skipped = bytes.length - fresh.length;
    if (last !== undefined && last.at >= skipped)
      this.#mark = {
        first: this.#mark?.first ?? first ?? last.stamp,
        at: this.#offset + last.at - skipped,
        stamp: last.stamp,
      };
    this.#offset += fresh.length;
    this.#tail.add(fresh);
    if (fresh.length > 0) yield { bytes: fresh, ...(this.#mark !== undefined && { mark: encodeMark(this.#mark) }) };
  }
}

function gapAt(at: number, cause: NonNullable<LogPart['gap']>['cause']): LogPart {
  return { bytes: NOTHING, gap: { at, cause } };
}
