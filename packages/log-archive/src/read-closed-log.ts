import { Failure, type FactOf, type LogStatement } from '@lacuna/contracts';
import type { LogArchive, LogPiece } from './log-archive.ts';

/** The stream of logs, as far as it is read here. */
interface LogStream {
  logEnd(subject: string): Promise<{ readonly offset: number }>;
  readLog(
    subject: string,
    options: { readonly fromOffset: number; readonly follow: false },
    signal: AbortSignal,
  ): AsyncIterable<LogPiece>;
}

/** A closed log, and what the facts say of where it is. */
export interface ClosedLog {
  /** Its place in the stream. */
  readonly subject: string;
  readonly statement: LogStatement;
  readonly archived?: FactOf<'log-archived'> | undefined;
  readonly removed?: FactOf<'log-removed'> | undefined;
}

/**
 * The bytes of a closed log from an offset on, wherever they are: in the stream, in the archive, or moved from the one to the other while they
 * are read. Throws `Failure('log-removed')`, `Failure('log-damaged')`, `Failure('overloaded')`; and `Failure('invalid-config')` when the log is
 * in an archive and none is configured here. Ends early when the stream does not have the log and no fact says where it is.
 */
export async function* readClosedLog(
  { stream, archive }: { readonly stream: LogStream; readonly archive: LogArchive | undefined },
  { subject, statement, archived, removed }: ClosedLog,
  fromOffset: number,
  signal: AbortSignal,
): AsyncGenerator<LogPiece, void, undefined> {
  if (removed !== undefined) throw removedLog(removed);
  let at = fromOffset;
  if (archived === undefined || (await stream.logEnd(subject)).offset >= statement.bytes)
    for await (const piece of stream.readLog(subject, { fromOffset, follow: false }, signal)) {
      // A log that is purged while it is read has holes.
      if (piece.offset !== at) break;
      yield piece;
      at += piece.bytes.length;
    }
  if (archived === undefined || at >= statement.bytes || signal.aborted) return;
  if (archive === undefined)
    throw new Failure(
      'invalid-config',
      `the log was moved to ${archived.data.store}, and this service knows no archive: set LACUNA_ARCHIVE for it too`,
    );
  yield* archive.read(archived.data, at, signal);
}

function removedLog({ at, data }: FactOf<'log-removed'>): Failure {
  const { bytes, sha256, retentionMs } = data;
  const hours = Math.round((retentionMs / 3_600_000) * 10) / 10;
  return new Failure(
    'log-removed',
    `the log was removed by retention on ${new Date(at).toISOString()}, ${hours} h after it was closed: ${bytes} bytes, sha256 ${sha256}`,
  );
}
