import type { EvaluationId } from '@lacuna/contracts';
import { join, latestAttempt, primaryPod, unknownEvaluation } from '@lacuna/lifecycle';
import { logSubjectOf, type LogBus } from './open-log.ts';

/**
 * The bytes of a log as they are stored, from its beginning to its end: until it is closed, or the evaluation is settled without that.
 * Waits for the pod when there is none yet. Ends early, without an error, when the signal aborts.
 */
export async function* followLog(
  bus: LogBus,
  id: EvaluationId,
  fromOffset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stop = new AbortController();
  const watch = new LogWatch(bus, id, AbortSignal.any([signal, stop.signal]));
  try {
    const subject = await watch.subject;
    if (subject === undefined) return;
    let at = fromOffset;
    let end: number | undefined;
    // Aborted when nothing more is to come: the reading may be waiting for bytes just then.
    const reading = new AbortController();
    const ending = watch.over.then(async () => {
      end = (await bus.logEnd(subject)).offset;
      if (at >= end) reading.abort();
    });
    ending.catch((error: unknown) => reading.abort(error));
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

/** Looks at the facts of one evaluation for the place of its log, and for the moment when nothing is added to it any more. */
class LogWatch {
  /** Undefined when it is over and there never was a log. */
  readonly subject: Promise<string | undefined>;
  /** Resolves when the log is closed or the evaluation settled. */
  readonly over: Promise<void>;

  constructor(bus: LogBus, id: EvaluationId, signal: AbortSignal) {
    const found = Promise.withResolvers<string | undefined>();
    this.subject = found.promise;
    this.over = watch(bus, id, signal, found.resolve);
    this.over.then(() => found.resolve(undefined), found.reject);
  }
}

async function watch(
  bus: LogBus,
  id: EvaluationId,
  signal: AbortSignal,
  onFound: (subject: string) => void,
): Promise<void> {
  let evaluation = unknownEvaluation(id);
  for await (const item of bus.follow({ evaluation: id }, signal)) {
    if ('kind' in item) continue;
    evaluation = join(evaluation, item);
    const pod = primaryPod(latestAttempt(evaluation));
    const subject = logSubjectOf(evaluation);
    if (subject !== undefined && (pod?.logOpened ?? pod?.logClosed) !== undefined) onFound(subject);
    if (pod?.logClosed !== undefined || evaluation.settled !== undefined) return;
  }
}
