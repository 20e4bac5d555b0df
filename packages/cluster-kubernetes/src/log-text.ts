import { LineStamps, type StampedText } from './line-stamps.ts';

/** More of an error text than this helps nobody. */
const MAX_TEXT = 2_048;
const NEWLINE = 0x0a;

/**
 * The kubelet's words about a log that end a stream in the middle of a line, where no timestamp tells them from it. Source: `ReadLogs`,
 * `GetContainerLogs`, and what the runtime answers `isContainerRunning` of a container that is removed while its log is followed; Kubernetes 1.34.
 */
const SUSPECT =
  /(?:unable to retrieve container logs for \w+:\/\/|rpc error: code = \w+ desc = |failed to create fsnotify watcher: |failed to (?:try resolving symlinks in path|open log file|read log file|watch directory|reset seek in log file) ")[^\n]*$/;
/** Longer than any of them with the longest path. */
const SUSPECT_BYTES = 5_000;

/** The source wrote about the log instead of the log: an error text in the body of a 200. */
export class LogSourceError extends Error {
  override readonly name = 'LogSourceError';
}

/** A piece of a log with its timestamps, as its source gives it. */
export interface SourcePiece {
  readonly bytes: Uint8Array;
  /** Where the last line that begins in it does so in its file, in bytes of that; given by the files of nodes. */
  readonly recordAt?: number | undefined;
  /** See `LogPart`. */
  readonly giveBack?: () => void;
}

/**
 * The pieces of a log that was asked for with timestamps, without them. They tell the log from what the kubelet writes about it into the same
 * body (a line without a timestamp is none of the container's, is never passed on, and breaks the stream), and they name the lines. The kubelet
 * puts a timestamp exactly where the byte before was a newline, whatever was between, so taking them away loses nothing. With `watched`, lines
 * of that timestamp are told.
 */
export async function* logText(body: AsyncIterable<SourcePiece>, watched?: string): AsyncGenerator<StampedText> {
  const stamps = new LineStamps(watched);
  let suspect: StampedText | undefined;
  for await (const { bytes, recordAt } of body) {
    const text = { ...stamps.take(bytes), recordAt };
    // Something comes behind it, so it was not the last word about the log.
    if (suspect !== undefined) yield suspect;
    const [rest, held] = apart(text);
    suspect = held;
    if (rest.bytes.length > 0 || rest.last !== undefined) yield rest;
    if (stamps.isForeign) throw new LogSourceError(await foreignText(stamps.rest, body));
  }
  if (suspect !== undefined) throw new LogSourceError(Buffer.from(suspect.bytes).toString());
  if (stamps.rest.length > 0) throw new LogSourceError(Buffer.from(stamps.rest).toString());
}

/** A piece in two, the second of which may be no part of the log. */
function apart(text: StampedText): readonly [StampedText, StampedText?] {
  const { bytes } = text;
  if (bytes.length === 0 || bytes.at(-1) === NEWLINE) return [text];
  const end = Buffer.from(bytes.subarray(-SUSPECT_BYTES)).toString('latin1');
  const at = SUSPECT.exec(end)?.index;
  if (at === undefined) return [text];
  const cut = bytes.length - end.length + at;
  return [
    { ...text, bytes: bytes.subarray(0, cut) },
    { first: text.first, watched: [], back: [], bytes: bytes.subarray(cut) },
  ];
}

async function foreignText(start: Uint8Array, body: AsyncIterable<SourcePiece>): Promise<string> {
  const parts = [start];
  let length = start.length;
  for await (const { bytes } of body) {
    parts.push(bytes);
    length += bytes.length;
    if (length > MAX_TEXT) break;
  }
  return Buffer.concat(parts).toString().trim().slice(0, MAX_TEXT);
}
