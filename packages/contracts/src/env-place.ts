import type { FactOf } from './catalog.ts';
import type { EvaluationId } from './evaluation-id.ts';

/**
 * Where the env values of one submission are kept: apart from the facts (invariant I12), and apart from those of every other submission, so that
 * whoever takes his own back takes nobody else's.
 */
export interface EnvPlace {
  readonly evaluation: EvaluationId;
  /** A token of its subject. */
  readonly ref: string;
}

/** Where the env values of an accepted evaluation are; undefined when it has none. Before 2026-11-26 they were kept by the hash of their spec. */
export function envPlaceOf({
  evaluation,
  data,
}: Pick<FactOf<'submitted'>, 'evaluation' | 'data'>): EnvPlace | undefined {
  const { envRef, spec, specHash } = data;
  return spec.env === undefined || spec.env.length === 0 ? undefined : { evaluation, ref: envRef ?? specHash };
}

/**
 * Env values of this age that no open evaluation names are nobody's: submit says `submitted` within twice its `answerWithin`, of which ten minutes is the most, or not at all. Milliseconds.
 */
export const ENV_LEFT_AFTER_MS = 3_600_000;
