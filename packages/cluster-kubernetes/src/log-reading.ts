import { LogContradicted, LogTail, type LogPart, type LogPosition } from '@lacuna/cluster';
import { beginsAgain } from './begins-again.ts';
import type { StampedText } from './line-stamps.ts';
import { LogAlignment } from './log-alignment.ts';
import type { FilePlace } from './log-folder.ts';
import { decodeMark, encodeMark, type LogMark } from './log-mark.ts';
import { LogSourceError, logText, type SourcePiece } from './log-text.ts';

/**
 * Asks the source for all that it has from the start, and with `follow` for what comes after it; or for what it has from a place on, which is nothing where
 * there are no such places.
 */
type AskForLog = (follow: boolean, from?: FilePlace) => AsyncIterable<SourcePiece>;

/** Where in the source's current file the unknown begins. */
interface Place {
  /** Bytes of the file that are known. */
  readonly passed: number;
  /** The timestamp of its first line, when it has one. */
  readonly first?: string | undefined;
  /** It is not the file that was read before, as far as can be seen: what comes may not be what comes next. */
  readonly isNewFile?: boolean;
}

const NOTHING = new Uint8Array();

/**
 * A log from a position on, put together from as many reads of the source as it takes. The source serves only the current file of a log that is
 * rotated, so what is known is first found again in a read that has an end; what that does not hold any more is a gap, and told as one (faults
 * L4, L5, L8). Then the log is followed. Throws when the source breaks off, and
 * `LogContradicted` when it contradicts what it gave before.
 */
export class LogReading {
  readonly #ask: AskForLog;
  readonly #tail = new LogTail();
  readonly #streams: LogPosition['streams'];
  #offset: number;
  #mark: LogMark | undefined;
  /** The timestamp with which a followed stream began again at something earlier. */
  #begunAgain: string | undefined;

  constructor(ask: AskForLog, { offset, known, streams }: LogPosition) {
    this.#ask = ask;
    this.#streams = streams;
    this.#offset = offset;
    this.#tail.add(known?.tail ?? NOTHING);
    this.#mark = decodeMark(known?.mark);
  }

  async *parts(follow: boolean): AsyncGenerator<LogPart> {
    if (!follow && ((yield* this.#readOn('current')) || (yield* this.#readOn('previous')))) return;
    if (this.#offset === 0 && (yield* this.#goOn({ passed: 0 }, follow)) === 'over') return;
    for (;;) {
      const place = yield* this.#catchUp();
      if (!follow && place.isNewFile !== true) return;
      if ((yield* this.#goOn(place, follow)) === 'over') return;
    }
  }

  /**
   * Reads what is new, when this is the file in which the latest line begins. Then what it has at the line's place begins with the line's time and with what is
   * known of the line. Returns whether that was so: else a file was rotated.
   */
  async *#readOn(file: FilePlace['file']): AsyncGenerator<LogPart, boolean> {
    const { record, at = 0, stamp } = this.#mark ?? {};
    const length = this.#offset - at;
    if (record === undefined || length === 0) return false;
    const alignment = new LogAlignment({ offset: length, tail: this.#tail.bytes() });
    try {
      for await (const text of logText(this.#ask(false, { file, at: record }))) {
        if (text.first !== stamp) break;
        const fresh = alignment.take(text);
        if (alignment.isFound) yield* this.#pass(text, fresh);
        else if (alignment.passed >= length) break;
      }
    } catch (error) {
      // What another file has there may be the middle of a line, and look like anything.
      if (alignment.isFound || !(error instanceof LogSourceError)) throw error;
    }
    return alignment.isFound;
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
      const back = follow ? beginsAgain(text, skipped, this.#tail, this.#streams) : undefined;
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

  /**
   * A stream that begins again at an earlier line has a cause: the kubelet opens the newest file once for every rotation that it missed
   * (fault L4). So when the current file begins with that very line, there was a file before it that nobody could read.
   */
  *#startOfFile(fileStart: number, first: string | undefined): Generator<LogPart> {
    const isSkipped = this.#begunAgain !== undefined && this.#begunAgain === first;
    if (fileStart > 0) yield gapAt(fileStart, isSkipped ? 'rotation' : 'rotated');
    this.#begunAgain = undefined;
  }

  *#pass({ bytes, first, last, recordAt }: StampedText, fresh: Uint8Array): Generator<LogPart> {
    const skipped = bytes.length - fresh.length;
    if (last !== undefined && last.at >= skipped)
      this.#mark = {
        first: this.#mark?.first ?? first ?? last.stamp,
        at: this.#offset + last.at - skipped,
        stamp: last.stamp,
        record: recordAt,
      };
    this.#offset += fresh.length;
    this.#tail.add(fresh);
    if (fresh.length > 0) yield { bytes: fresh, ...(this.#mark !== undefined && { mark: encodeMark(this.#mark) }) };
  }
}

function gapAt(at: number, cause: NonNullable<LogPart['gap']>['cause']): LogPart {
  return { bytes: NOTHING, gap: { at, cause } };
}
