import { defined, fact, Failure, type EvaluationId, type Phase } from '@lacuna/contracts';
import { phaseOf } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
import { readEvaluation } from './read-evaluation.ts';

interface CancelRequest {
  readonly id: string;
  /** For people; stands in the fact. */
  readonly reason: string | undefined;
  readonly at: number;
}

/** Records that somebody wants an evaluation to stop; asking again changes nothing. Throws `not-found`, `already-settled`, `overloaded`. */
export async function cancel(
  bus: Pick<Bus, 'readFacts' | 'publishFact'>,
  { id, reason, at }: CancelRequest,
  withinMs: number,
): Promise<{ readonly id: EvaluationId; readonly phase: Phase }> {
  const evaluation = await readEvaluation(bus, id, withinMs);
  const { settled } = evaluation;
  if (settled !== undefined)
    throw new Failure(
      'already-settled',
      `${id} is settled (${settled.data.verdict.replace('_', ' ')}); there is nothing to cancel`,
    );
  const told = fact('cancel-requested', { evaluation: evaluation.id, at }, defined({ reason }));
  await bus.publishFact(told, { deadlineMs: withinMs });
  return { id: evaluation.id, phase: phaseOf(evaluation) };
}
