import type { EvaluationId } from '@lacuna/contracts';
import { join, primaryPod, unknownEvaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
import { logPlace } from './log-place.ts';

/**
 * The bytes of an attempt's log as they are stored, until it is closed, or the attempt is over without that. Waits for the pod when there
 * is none yet. Ends early, without an error, when the signal aborts.
 */
export async function* followLog(
  bus: Pick<Bus, 'follow' | 'logEnd' | 'readLog'>,
  of: AttemptId,
  fromOffset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stop = new AbortController();
  const { place, over } = watchLog(bus, of, AbortSignal.any([signal, stop.signal]));
  try {
    const subject = await place;
    if (subject === undefined) return;
    let at = fromOffset;
    let end: number | undefined;
    // When the end is known, the reading may have got there long ago and be waiting for bytes that never come.
    const reading = new AbortController();
    const ending = over.then(async () => {
      end = (await bus.logEnd(subject)).offset;
      if (at >= end) reading.abort();
    });
    ending.catch(() => reading.abort());
    const options = { fromOffset, follow: true };
    for await (const chunk of bus.readLog(subject, options, AbortSignal.any([signal, reading.signal]))) {
      yield chunk.bytes;
      at = chunk.offset + chunk.bytes.length;
      if (end !== undefined && at >= end) return;
    }
    if (!signal.aborted) await ending;
  } finally {
    stop.abort();
  }
}

interface AttemptId {
  readonly id: EvaluationId;
  readonly attempt: number;
}

interface LogWatch {
  /** The subject of the log, as soon as there is one; undefined when it is over without. */
  readonly place: Promise<string | undefined>;
  /** Resolves when the log is closed, or the attempt over. */
  readonly over: Promise<void>;
}

function watchLog(bus: Pick<Bus, 'follow'>, { id, attempt: number }: AttemptId, signal: AbortSignal): LogWatch {
  const found = Promise.withResolvers<string | undefined>();
  const watch = async (): Promise<void> => {
    let evaluation = unknownEvaluation(id);
    for await (const item of bus.follow({ evaluation: id }, signal)) {
      if ('kind' in item) continue;
      evaluation = join(evaluation, item);
      const attempt = evaluation.attempts[number];
      const pod = attempt && primaryPod(attempt);
      if ((pod?.logOpened ?? pod?.logClosed) !== undefined) found.resolve(logPlace(evaluation, attempt));
      if ((pod?.logClosed ?? attempt?.retry ?? evaluation.settled) !== undefined) return;
    }
  };
  const over = watch();
  over.then(() => found.resolve(undefined), found.reject);
  return { place: found.promise, over };
}
