import { logSubject, type EvaluationId } from '@lacuna/contracts';
import { readClosedLog, type ClosedLog, type LogArchive } from '@lacuna/log-archive';
import { fold, latestAttempt, primaryPod, type Attempt, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';

/** Where the bytes of logs are. */
export interface LogSources {
  readonly bus: Pick<Bus, 'follow' | 'logEnd' | 'readLog' | 'readFacts'>;
  /** Undefined when none is configured. */
  readonly archive: LogArchive | undefined;
}

export interface AttemptId {
  readonly id: EvaluationId;
  readonly attempt: number;
}

/** The log of an attempt, the latest one unless told, when it is closed. */
export function closedLogOf(
  evaluation: Evaluation,
  attempt: Attempt = latestAttempt(evaluation),
): ClosedLog | undefined {
  const pod = primaryPod(attempt);
  if (pod?.logClosed === undefined) return undefined;
  const { statement } = pod.logClosed.data;
  const subject = logSubject(evaluation.id, attempt.number, pod.uid);
  return { subject, statement, archived: pod.logArchived, removed: pod.logRemoved };
}

/**
 * The bytes of a closed log from an offset on, wherever they are and also when they are moved meanwhile. Throws as `readClosedLog` does; ends
 * early when nobody knows where the rest is, or when the signal aborts.
 */
export async function* bytesOfClosedLog(
  { bus, archive }: LogSources,
  { id, attempt, log }: AttemptId & { readonly log: ClosedLog },
  fromOffset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = fromOffset;
  for (let known: ClosedLog | undefined = log; known !== undefined;) {
    for await (const { offset, bytes } of readClosedLog({ stream: bus, archive }, known, at, signal)) {
      yield bytes;
      at = offset + bytes.length;
    }
    if (at >= known.statement.bytes || known.archived !== undefined || signal.aborted) return;
    // It may have been moved while it was read.
    const evaluation = fold(id, await bus.readFacts(id));
    known = closedLogOf(evaluation, evaluation.attempts[attempt]);
    if (known?.archived === undefined && known?.removed === undefined) return;
  }
}
