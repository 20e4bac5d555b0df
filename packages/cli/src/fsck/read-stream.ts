import type { EvaluationId } from '@lacuna/contracts';
import { join, unknownEvaluation, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';

/** Every evaluation as the facts have it, folded from the first one ever to the last there is now. */
export async function readStream(
  bus: Pick<Bus, 'follow'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<EvaluationId, Evaluation>> {
  const evaluations = new Map<EvaluationId, Evaluation>();
  for await (const item of bus.follow({}, signal)) {
    if ('kind' in item) return evaluations;
    const { evaluation: id } = item.fact;
    evaluations.set(id, join(evaluations.get(id) ?? unknownEvaluation(id), item));
  }
  signal.throwIfAborted();
  return evaluations;
}
