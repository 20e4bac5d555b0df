import type { EvaluationId } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { readHistory } from './history.ts';
import type { RecordedFact } from './recorded-fact.ts';

/**
 * All facts of one evaluation, in stream order, compacted or not; empty when there are none. On a replicated stream a replica may
 * answer that is a moment behind: whoever acts on a fact of the evaluation gives its place, and gets at least all up to that.
 * Throws `Failure('overloaded')` when nothing answers so within a minute.
 */
export async function readFacts(connection: Connection, id: EvaluationId, upTo?: number): Promise<RecordedFact[]> {
  return [...(await readHistory(connection, id, upTo)).facts];
}
