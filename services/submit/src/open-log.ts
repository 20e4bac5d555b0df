import { Failure, type LogState } from '@lacuna/contracts';
import { latestAttempt, type Evaluation } from '@lacuna/lifecycle';
import type { ClosedLog } from '@lacuna/log-archive';
import { startedStream } from './started-stream.ts';
import { bytesOfClosedLog, closedLogOf, type LogSources } from './closed-log.ts';
import { followLog } from './follow-log.ts';
import { logPlace } from './log-place.ts';

export interface LogRequest {
  /** First byte wanted. */
  readonly offset: number;
  /** Whose bytes the offset counts. When a later attempt is the latest now, its log is wanted from the first byte. */
  readonly attempt?: number;
  /** Goes on until the log is closed. */
  readonly follow: boolean;
}

/** A log, ready to be read. */
export interface OpenLog {
  /** The attempt that it is of: the latest one. */
  readonly attempt: number;
  /** What is known of it now; `open` = nobody has closed it. */
  readonly state: LogState | 'open';
  /** sha256 of the whole log in hex, when it is closed and read from its first byte. */
  readonly sha256?: string;
  /** Bytes to come, when that is certain. */
  readonly length?: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Opens the log of an evaluation as it stands; reads on only when asked for more, and until the signal aborts. Throws `Failure('log-removed')`,
 * `Failure('overloaded')` when NATS lets nobody follow, and what the archive throws before its first byte.
 */
export async function openLog(
  sources: LogSources,
  evaluation: Evaluation,
  { offset: wanted, attempt: counted, follow }: LogRequest,
  signal: AbortSignal,
): Promise<OpenLog> {
  const { number: attempt } = latestAttempt(evaluation);
  const of = { id: evaluation.id, attempt };
  const offset = counted === undefined || counted === attempt ? wanted : 0;
  const log = closedLogOf(evaluation);
  if (log !== undefined) return { attempt, ...(await openClosed(sources, { ...of, log }, offset, signal)) };
  const settled = evaluation.settled !== undefined;
  if (!settled && follow) return { attempt, state: 'open', bytes: await followLog(sources, of, offset, signal) };
  const place = logPlace(evaluation);
  const stored = place === undefined ? 0 : (await sources.bus.logEnd(place)).offset;
  const length = Math.max(0, stored - offset);
  const bytes =
    place === undefined || length === 0 ? noBytes() : exactly(length, storedBytes(sources, place, offset, signal));
  // Settled without a statement: what is there is all there is as yet, but nobody vouches for it.
  return { attempt, state: settled && stored === 0 ? 'none' : 'open', length, bytes };
}

async function openClosed(
  sources: LogSources,
  of: Parameters<typeof bytesOfClosedLog>[1],
  offset: number,
  signal: AbortSignal,
): Promise<Omit<OpenLog, 'attempt'>> {
  const { statement } = of.log;
  const length = Math.max(0, (await sizeOf(sources, of.log)) - offset);
  const digest = offset === 0 ? { sha256: statement.sha256 } : {};
  // What is wrong in the archive is an answer of its own as long as no other one has begun.
  const bytes =
    length === 0 ? noBytes() : exactly(length, await startedStream(bytesOfClosedLog(sources, of, offset, signal)));
  return { state: statement.state, length, bytes, ...digest };
}

/** A log of which the stream has lost a part is shown as far as it is there; one that was moved is owed whole, and a removed one is told. */
async function sizeOf({ bus }: LogSources, { subject, statement, archived, removed }: ClosedLog): Promise<number> {
  return archived === undefined && removed === undefined ? (await bus.logEnd(subject)).offset : statement.bytes;
}

async function* storedBytes(
  { bus }: LogSources,
  place: string,
  fromOffset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of bus.readLog(place, { fromOffset, follow: false }, signal)) yield bytes;
}

/** As many bytes as announced, also when more have been written since. */
async function* exactly(length: number, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let left = length;
  for await (const bytes of chunks) {
    yield bytes.subarray(0, left);
    left -= Math.min(left, bytes.length);
    if (left === 0) return;
  }
  // The answer has announced its length: it must break off visibly.
  throw new Failure('overloaded', `the reading of a log broke off ${left} bytes before its end`);
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
