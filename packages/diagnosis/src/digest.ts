import { defined, type EvaluationId } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import { caseOf } from './case.ts';
import type { Surroundings } from './surroundings.ts';
import { diagnose } from './diagnose.ts';

/** One evaluation of a range, as little as comparing takes. */
export interface Digest {
  readonly id: EvaluationId;
  readonly condition: 'sound' | 'waiting' | 'running' | 'broken';
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly image?: string;
  readonly node?: string;
  /** The first hole, such as `pod.create missing`. */
  readonly hole?: string;
  /** When it came to its end, or the hole was found: Unix milliseconds. */
  readonly at: number;
  readonly cause?: { readonly cause: string; readonly title: string; readonly advice: string };
}

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
