import { defined } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import { caseOf, type Surroundings } from './case.ts';
import { diagnose } from './diagnose.ts';
import type { Digest } from './traits.ts';

/** An evaluation reduced to what a range is compared by; undefined when it was never accepted. */
export function digestOf(evaluation: Evaluation, surroundings: Surroundings): Digest | undefined {
  const { submitted, settled } = evaluation;
  const diagnosis = diagnose(evaluation, surroundings);
  if (submitted === undefined || diagnosis === undefined) return undefined;
  const { pod, hole } = caseOf(evaluation, surroundings);
  const { name, image, labels = {} } = submitted.data.spec;
  const node = pod?.scheduled?.data.node;
  const [first] = diagnosis.causes;
  return defined({
    id: evaluation.id,
    condition: diagnosis.condition,
    name,
    labels,
    image,
    node,
    hole: hole && `${hole.stage} ${hole.broken?.cause ?? 'missing'}`,
    at: hole?.missing?.raised?.at ?? settled?.at ?? submitted.at,
    cause: first && { cause: first.cause, title: first.title, advice: first.advice },
  });
}
