import { join, primaryPod, unknownEvaluation, type Evaluation } from '@lacuna/lifecycle';
import type { CaughtUp, RecordedFact } from '@lacuna/messaging';
import { startedStream } from './started-stream.ts';
import { bytesOfClosedLog, closedLogOf, type AttemptId, type LogSources } from './closed-log.ts';
import { logPlace } from './log-place.ts';

/**
 * The bytes of an attempt's log as they are stored, until it is closed, or the attempt is over without that. Waits for the pod when there
 * is none yet. Ends early, without an error, when the signal aborts. Rejects before the first byte when the facts can't be followed.
 */
export async function followLog(
  sources: LogSources,
  of: AttemptId,
  fromOffset: number,
  signal: AbortSignal,
): Promise<AsyncGenerator<Uint8Array, void, undefined>> {
  const stop = new AbortController();
  const facts = await startedStream(sources.bus.follow({ evaluation: of.id }, AbortSignal.any([signal, stop.signal])));
  return (async function* () {
    try {
      yield* bytesUntilOver(sources, { ...of, facts }, fromOffset, signal);
    } finally {
      stop.abort();
    }
  })();
}

async function* bytesUntilOver(
  sources: LogSources,
  { facts, ...of }: AttemptId & { readonly facts: AsyncIterable<RecordedFact | CaughtUp> },
  fromOffset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { place, over } = watchLog(facts, of);
  const subject = await place;
  if (subject === undefined) return;
  let at = fromOffset;
  // When the log is closed, the reading may have got to its end long ago and be waiting for bytes that never come.
  const reading = new AbortController();
  over.then(
    () => reading.abort(),
    () => reading.abort(),
  );
  const options = { fromOffset, follow: true };
  for await (const chunk of sources.bus.readLog(subject, options, AbortSignal.any([signal, reading.signal]))) {
    yield chunk.bytes;
    at = chunk.offset + chunk.bytes.length;
  }
  if (!signal.aborted) yield* theRest(sources, { ...of, subject, evaluation: await over }, at, signal);
}

/** What is there when no more is written, and was not read until then. A reader that is slow may come when it has left the stream. */
async function* theRest(
  sources: LogSources,
  { id, attempt, subject, evaluation }: AttemptId & { readonly subject: string; readonly evaluation: Evaluation },
  fromOffset: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const log = closedLogOf(evaluation, evaluation.attempts[attempt]);
  if (log?.subject === subject) return yield* bytesOfClosedLog(sources, { id, attempt, log }, fromOffset, signal);
  for await (const { bytes } of sources.bus.readLog(subject, { fromOffset, follow: false }, signal)) yield bytes;
}

interface LogWatch {
  /** The subject of the log, as soon as there is one; undefined when it is over without. */
  readonly place: Promise<string | undefined>;
  /** Resolves with what is known when the log is closed, or the attempt over. */
  readonly over: Promise<Evaluation>;
}

function watchLog(facts: AsyncIterable<RecordedFact | CaughtUp>, { id, attempt: number }: AttemptId): LogWatch {
  const found = Promise.withResolvers<string | undefined>();
  const watch = async (): Promise<Evaluation> => {
    let evaluation = unknownEvaluation(id);
    for await (const item of facts) {
      if ('kind' in item) continue;
      evaluation = join(evaluation, item);
      const attempt = evaluation.attempts[number];
      const pod = attempt && primaryPod(attempt);
      if ((pod?.logOpened ?? pod?.logClosed) !== undefined) found.resolve(logPlace(evaluation, attempt));
      if ((pod?.logClosed ?? attempt?.retry ?? evaluation.settled) !== undefined) break;
    }
    return evaluation;
  };
  const over = watch();
  over.then(() => found.resolve(undefined), found.reject);
  return { place: found.promise, over };
}
