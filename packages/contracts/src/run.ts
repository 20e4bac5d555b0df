import { hash } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { evaluationIdForKey, evaluationIdFrom, type EvaluationId } from './evaluation-id.ts';

const suite = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}$',
  description: 'Name of a suite, such as integration.',
});

/**
 * The place of an evaluation in a run: several suites at a time, of which one trace tells. Every evaluation names all suites, so from the
 * facts of any one of them the others are found.
 */
export const RunSchema = Type.Object(
  {
    id: Type.String({ pattern: '^run-[0-9a-hjkmnp-tv-z]{26}$', description: 'Made by the client: 128 random bits.' }),
    suite,
    suites: Type.Array(suite, { minItems: 1, maxItems: 100, uniqueItems: true, description: 'All suites of the run.' }),
    alone: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: 'The how-maniest repetition of the suite by itself.' }),
    ),
  },
  { additionalProperties: false, description: 'The place of the evaluation in a run of several suites.' },
);
export type RunPlace = Static<typeof RunSchema>;

/** A run id from 16 bytes; the caller brings the randomness. */
export function runIdFrom(bytes: Uint8Array): string {
  return `run-${evaluationIdFrom(bytes).slice('ev-'.length)}`;
}

/** The one evaluation at a place of a run: submitted again, it is the same one. */
export function evaluationOfRun({ id, suite: name, alone = 0 }: Omit<RunPlace, 'suites'>): EvaluationId {
  return evaluationIdForKey(`${id}/${name}/${alone}`);
}

/** The evaluations of all suites of a run, as they ran together. */
export function evaluationsOfRun({ id, suites }: Pick<RunPlace, 'id' | 'suites'>): EvaluationId[] {
  return suites.map((name) => evaluationOfRun({ id, suite: name }));
}

/** The trace of a run; those of its evaluations are linked from it. */
export function runTraceIdOf(run: string): string {
  return hash('sha256', `lacuna/run-trace/${run}`, 'hex').slice(0, 32);
}

/** The id of a span of a run's trace: of the whole run, or of one of its suites. */
export function runSpanIdOf(run: string, place?: Pick<RunPlace, 'suite' | 'alone'>): string {
  const path = place === undefined ? 'root' : `suite/${place.suite}/${place.alone ?? 0}`;
  return hash('sha256', `lacuna/run-span/${run}/${path}`, 'hex').slice(0, 16);
}
