import {
  evaluationSubjects,
  factTypeSubjects,
  parseRecordSubject,
  STREAMS,
  SUBJECTS,
  type EvaluationId,
  type FactType,
} from '@lacuna/contracts';
import { decodeRecord, lastSeqIn } from './compacted-record.ts';
import type { Connection } from './connection.ts';
import { sendDead } from './dead.ts';
import type { Delivery } from './delivery.ts';
import { CAUGHT_UP } from './ordered-source.ts';
import { ordered } from './ordered.ts';
import { recordedFact, type RecordedFact } from './recorded-fact.ts';

/** Which facts to follow; all by default. */
export interface FollowOptions {
  readonly types?: readonly FactType[];
  readonly evaluation?: EvaluationId;
  /** The first sequence of interest; 1 by default. To resume: the last one seen, plus one. */
  readonly fromSeq?: number;
}

/** Comes once: every fact that was there at the start has been delivered, up to `seq`. */
export interface CaughtUp {
  readonly kind: 'caught-up';
  readonly seq: number;
}

/**
 * The facts from a sequence on, across reconnects and server restarts, until the signal aborts: in stream order and each exactly once, but
 * for compacted evaluations. Of such a one all facts come together, at the place of its record, and again if some came before by themselves;
 * unless this follower had caught up behind them: then it has them all, and they do not come again. Of one evaluation that is followed alone
 * each fact comes once in any case. What is no fact goes to `LACUNA_DEAD` and is left out.
 * Throws `Failure('stream-drift')` when the stream was recreated or restored.
 */
export async function* follow(
  connection: Connection,
  options: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<RecordedFact | CaughtUp, void, undefined> {
  const { types, evaluation, fromSeq = 1 } = options;
  const source = { stream: STREAMS.facts.name, filters: filtersOf(types, evaluation), fromSeq, window: 256 };
  const isNew = evaluation === undefined ? (): boolean => true : once(fromSeq);
  let seq = fromSeq - 1;
  let complete = 0;
  for await (const item of ordered(connection, source, signal)) {
    if (item === CAUGHT_UP) {
      complete = seq;
      yield { kind: 'caught-up', seq };
      continue;
    }
    seq = item.seq;
    for (const found of await factsIn(connection, item, complete))
      if ((types === undefined || types.includes(found.fact.type)) && isNew(found)) yield found;
    // Nothing else was there when this was sent, hence no record, hence nothing was deleted before it was passed.
    if (item.pending === 0) complete = seq;
  }
}

/** Subjects of facts to follow, and of the records that may hold them. One evaluation has few facts: their types are sorted out here. */
export function filtersOf(types: readonly FactType[] | undefined, evaluation?: EvaluationId): string[] {
  if (evaluation !== undefined) return [evaluationSubjects(evaluation)];
  return types === undefined ? [SUBJECTS.allFacts] : [...types.flatMap(factTypeSubjects), SUBJECTS.allRecords];
}

/** The facts in a message, none when they are all known; what is neither fact nor record becomes a dead letter. */
export async function factsIn(connection: Connection, delivery: Delivery, complete: number): Promise<RecordedFact[]> {
  try {
    if (parseRecordSubject(delivery.subject) === undefined) return [recordedFact(delivery)];
    return lastSeqIn(delivery) <= complete ? [] : decodeRecord(delivery);
  } catch (error) {
    const { subject, seq, bytes } = delivery;
    await sendDead(connection, connection.name, { subject, seq, bytes, reason: (error as Error).message });
    return [];
  }
}

/** Whether a fact of one evaluation comes for the first time; those before `fromSeq` are known. */
function once(fromSeq: number): (recorded: RecordedFact) => boolean {
  const known = new Set<number>();
  return ({ seq }) => {
    if (seq < fromSeq || known.has(seq)) return false;
    known.add(seq);
    return true;
  };
}
