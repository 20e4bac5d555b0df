import { settledSubject, type EvaluationId } from '@lacuna/contracts';
import { fold, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';

type Facts = Pick<Bus, 'readFact' | 'readFacts'>;

/** Those of the evaluations that are settled. Of two that settle at one time at least the later sees the other. */
export async function settledEvaluations(bus: Facts, ids: readonly EvaluationId[]): Promise<Evaluation[]> {
  const evaluations = await Promise.all(ids.map((id) => withVerdict(bus, id)));
  return evaluations.filter(({ settled }) => settled !== undefined);
}

/**
 * An evaluation, with its verdict if there is one. Whether there is one, the leader of the stream says; a replica that is a moment behind would say
 * that there is none.
 */
export async function withVerdict(bus: Facts, id: EvaluationId): Promise<Evaluation> {
  const settled = await bus.readFact(settledSubject(id));
  return fold(id, await bus.readFacts(id, settled?.seq));
}
