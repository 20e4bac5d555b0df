import {
  evaluationSubjects,
  factTypeSubjects,
  STREAMS,
  SUBJECTS,
  type EvaluationId,
  type FactType,
} from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { sendDead } from './dead.ts';
import type { Delivery } from './delivery.ts';
import { CAUGHT_UP } from './ordered-source.ts';
import { ordered } from './ordered.ts';
import { recorded, type RecordedFact } from './recorded-fact.ts';

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
 * The facts from a sequence on, in order, each exactly once, across reconnects and server restarts, until the signal aborts. What is
 * no fact goes to `LACUNA_DEAD` and is left out. Throws `Failure('stream-drift')` when the stream was recreated or restored.
 */
export async function* follow(
  connection: Connection,
  options: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<RecordedFact | CaughtUp, void, undefined> {
  const { types, evaluation, fromSeq = 1 } = options;
  const source = { stream: STREAMS.facts.name, filters: filtersOf(types, evaluation), fromSeq, window: 256 };
  let seq = fromSeq - 1;
  for await (const item of ordered(connection, source, signal)) {
    if (item === CAUGHT_UP) {
      yield { kind: 'caught-up', seq };
      continue;
    }
    seq = item.seq;
    const fact = await recordedOrDead(connection, item);
    if (fact !== undefined && (types === undefined || types.includes(fact.fact.type))) yield fact;
  }
}

/** One evaluation has few facts: their types are sorted out here. */
function filtersOf(types: readonly FactType[] | undefined, evaluation: EvaluationId | undefined): string[] {
  if (evaluation !== undefined) return [evaluationSubjects(evaluation)];
  return types === undefined ? [SUBJECTS.allFacts] : types.flatMap(factTypeSubjects);
}

async function recordedOrDead(connection: Connection, delivery: Delivery): Promise<RecordedFact | undefined> {
  try {
    return recorded(delivery);
  } catch (error) {
    const { subject, seq, bytes } = delivery;
    await sendDead(connection, connection.name, { subject, seq, bytes, reason: (error as Error).message });
    return undefined;
  }
}
