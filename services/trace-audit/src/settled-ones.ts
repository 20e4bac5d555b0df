import { Failure, settledSubject, type EvaluationId } from '@lacuna/contracts';
import { fold, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';

/**
 * Those of the evaluations that are settled. Whether one is, the leader of the stream says, so that of two that settle at one time at
 * least the later sees the other; its facts may come from a replica that is a moment behind, and then it is `Failure('overloaded')`: again later.
 */
export async function settledOnes(
  bus: Pick<Bus, 'readFact' | 'readFacts'>,
  ids: readonly EvaluationId[],
): Promise<Evaluation[]> {
  const evaluations = await Promise.all(ids.map((id) => settledOne(bus, id)));
  return evaluations.filter((evaluation) => evaluation !== undefined);
}

async function settledOne(bus: Pick<Bus, 'readFact' | 'readFacts'>, id: EvaluationId): Promise<Evaluation | undefined> {
  if ((await bus.readFact(settledSubject(id))) === undefined) return undefined;
  const evaluation = fold(id, await bus.readFacts(id));
  if (evaluation.settled === undefined)
    throw new Failure('overloaded', `a replica does not know yet that ${id} is settled`);
  return evaluation;
}
