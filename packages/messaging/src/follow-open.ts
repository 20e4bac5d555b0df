import { parseRecordSubject, STREAMS, type EvaluationId, type FactType } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { factsIn, filtersOf, type CaughtUp } from './follow.ts';
import { CAUGHT_UP } from './ordered-source.ts';
import { ordered } from './ordered.ts';
import type { RecordedFact } from './recorded-fact.ts';

/** The evaluation is settled, nothing more is owed, and its facts are in a record now: whoever holds what is open may forget it. */
export interface Compacted {
  readonly kind: 'compacted';
  readonly evaluation: EvaluationId;
}

/**
 * As `follow` from the beginning, for those who hold what is open. Of a compacted evaluation only that is said, which may come behind some of
 * its facts and in place of others; none that are read later than it are missing.
 */
export async function* followOpen(
  connection: Connection,
  { types }: { readonly types?: readonly FactType[] },
  signal: AbortSignal,
): AsyncGenerator<RecordedFact | CaughtUp | Compacted, void, undefined> {
  const source = { stream: STREAMS.facts.name, filters: filtersOf(types), fromSeq: 1, window: 256 };
  let seq = 0;
  for await (const item of ordered(connection, source, signal)) {
    if (item === CAUGHT_UP) {
      yield { kind: 'caught-up', seq };
      continue;
    }
    seq = item.seq;
    const evaluation = parseRecordSubject(item.subject);
    if (evaluation !== undefined) yield { kind: 'compacted', evaluation };
    else yield* await factsIn(connection, item, 0);
  }
}
