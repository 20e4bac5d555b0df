import { Failure, type LogState } from '@lacuna/contracts';
import { latestAttempt, primaryPod, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
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

/** Opens the log of an evaluation as it stands; reads bytes only when asked for them, and until the signal aborts. */
export async function openLog(
  bus: Pick<Bus, 'follow' | 'logEnd' | 'readLog'>,
  evaluation: Evaluation,
  { offset: wanted, attempt: counted, follow }: LogRequest,
  signal: AbortSignal,
): Promise<OpenLog> {
  const latest = latestAttempt(evaluation);
  const { number: attempt } = latest;
  const offset = counted === undefined || counted === attempt ? wanted : 0;
  const statement = primaryPod(latest)?.logClosed?.data.statement;
  const settled = evaluation.settled !== undefined;
  if (statement === undefined && !settled && follow)
    return { attempt, state: 'open', bytes: followLog(bus, { id: evaluation.id, attempt }, offset, signal) };
  const place = logPlace(evaluation);
  const stored = place === undefined ? 0 : (await bus.logEnd(place)).offset;
  const length = Math.max(0, stored - offset);
  const bytes =
    place === undefined || length === 0
      ? noBytes()
      : bytesOf(bus.readLog(place, { fromOffset: offset, follow: false }, signal), length);
  // Settled without a statement: what is there is all there is as yet, but nobody vouches for it.
  if (statement === undefined) return { attempt, state: settled && stored === 0 ? 'none' : 'open', length, bytes };
  return { attempt, state: statement.state, length, bytes, ...(offset === 0 ? { sha256: statement.sha256 } : {}) };
}

/** As many bytes as announced, also when more have been written since. */
async function* bytesOf(
  chunks: AsyncIterable<{ readonly bytes: Uint8Array }>,
  length: number,
): AsyncGenerator<Uint8Array> {
  let left = length;
  for await (const { bytes } of chunks) {
    yield bytes.subarray(0, left);
    left -= Math.min(left, bytes.length);
    if (left === 0) return;
  }
  // The answer has announced its length: it must break off visibly.
  throw new Failure('overloaded', `the reading of a log broke off ${left} bytes before its end`);
}

async function* noBytes(): AsyncGenerator<Uint8Array> {}
