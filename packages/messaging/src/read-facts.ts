import type { EvaluationId } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { readHistory } from './history.ts';
import type { RecordedFact } from './recorded-fact.ts';

/**
 * All facts of one evaluation, in stream order, compacted or not; empty when there are none. On a replicated stream a replica may
 * answer that is a moment behind. Throws `Failure('overloaded')` when nothing answers within a minute.
 */
export async function readFacts(connection: Connection, id: EvaluationId): Promise<RecordedFact[]> {
  return [...(await readHistory(connection, id)).facts];
}
