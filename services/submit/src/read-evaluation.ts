import { Failure, isEvaluationId } from '@lacuna/contracts';
import { fold, type Evaluation } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
import { within } from './within.ts';

/** An evaluation, folded from the stream and hence never stale. Throws `Failure('not-found')`, or `overloaded` after a while. */
export async function readEvaluation(
  bus: Pick<Bus, 'readFacts'>,
  id: string,
  withinMs: number,
): Promise<Evaluation & { readonly submitted: NonNullable<Evaluation['submitted']> }> {
  if (!isEvaluationId(id)) throw new Failure('not-found', `"${id.slice(0, 64)}" is not an evaluation id`);
  const evaluation = fold(id, await within(withinMs, bus.readFacts(id)));
  const { submitted } = evaluation;
  if (submitted === undefined) throw new Failure('not-found', `there is no evaluation ${id}`);
  return { ...evaluation, submitted };
}
