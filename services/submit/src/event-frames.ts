import type { CaughtUp, RecordedFact } from '@lacuna/messaging';
import { Failure } from '@lacuna/contracts';

/**
 * Facts as server-sent events: the name is the fact's type, the id the place in the stream up to which all has been told. That of a fact
 * out of a record lies far behind, and whoever resumed there would be told everything since once more.
 */
export async function* eventFrames(facts: AsyncIterable<RecordedFact | CaughtUp>): AsyncGenerator<string> {
  let place = 0;
  for await (const item of facts) {
    if ('kind' in item) continue;
    place = Math.max(place, item.seq);
    yield `id: ${place}\nevent: ${item.fact.type}\ndata: ${JSON.stringify(item.fact)}\n\n`;
  }
}

/** The place behind which a stream of events goes on: `Last-Event-ID`; undefined when it is absent. Throws `Failure('invalid-header')`. */
export function parseLastEventId(header: string | undefined): number | undefined {
  if (header === undefined || header === '') return undefined;
  const seq = /^\d+$/.test(header) ? Number(header) : NaN;
  if (Number.isSafeInteger(seq)) return seq;
  const message = 'must be the id of an event, or 0 for all there are';
  throw new Failure('invalid-header', `Last-Event-ID ${message}`, { problems: [{ where: 'Last-Event-ID', message }] });
}

/**
 * Follows from behind the last event that a client knows. When the stream is another one by now, which ends before that, it goes on
 * at `restart`: the client would otherwise ask for the same for ever.
 */
export async function* followFrom<T>(
  follow: (fromSeq: number) => AsyncIterable<T>,
  lastEventId: number,
  restart: () => number,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* follow(lastEventId + 1);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'stream-drift') throw error;
    yield* follow(restart() + 1);
  }
}
