import { logSubject, type LogState } from '@lacuna/contracts';
import { latestAttempt, primaryPod, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
import { followLog } from './follow-log.ts';

export type LogBus = Pick<Bus, 'readFacts' | 'follow' | 'logEnd' | 'readLog'>;

export interface LogRequest {
  /** First byte wanted. */
  readonly offset: number;
  /** Goes on until the log is closed. */
  readonly follow: boolean;
}

/** A log, ready to be read. */
export interface OpenLog {
  /** What is known of it now; `open` = nobody has closed it. */
  readonly state: LogState | 'open';
  /** sha256 of the whole log in hex, when it is closed and read from its first byte. */
  readonly sha256?: string;
  /** Bytes to come, when that is certain. */
  readonly length?: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Where the log of an evaluation is: that of the pod that stands for its latest attempt; undefined before there is one. */
export function logSubjectOf(evaluation: Evaluation): string | undefined {
  const attempt = latestAttempt(evaluation);
  const pod = primaryPod(attempt);
  return pod && logSubject(evaluation.id, attempt.number, pod.uid);
}

/** Opens the log of an evaluation as it stands; reads bytes only when asked for them, and until the signal aborts. */
export async function openLog(
  bus: LogBus,
  evaluation: Evaluation,
  { offset, follow }: LogRequest,
  signal: AbortSignal,
): Promise<OpenLog> {
  const statement = primaryPod(latestAttempt(evaluation))?.logClosed?.data.statement;
  const subject = logSubjectOf(evaluation);
  if (statement === undefined && evaluation.settled === undefined && follow)
    return { state: 'open', bytes: followLog(bus, evaluation.id, offset, signal) };
  const stored = subject === undefined ? 0 : (await bus.logEnd(subject)).offset;
  const read = { fromOffset: offset, follow: false };
  const bytes = subject === undefined || offset >= stored ? nothing() : bytesOf(bus.readLog(subject, read, signal));
  // Settled without a statement: what is there is all there is as yet, but nobody vouches for it.
  if (statement === undefined) return { state: evaluation.settled !== undefined && stored === 0 ? 'none' : 'open', bytes };
  const length = Math.max(0, stored - offset);
  return { state: statement.state, length, bytes, ...(offset === 0 ? { sha256: statement.sha256 } : {}) };
}

async function* bytesOf(chunks: AsyncIterable<{ readonly bytes: Uint8Array }>): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of chunks) yield bytes;
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
