import { traceIdOf, type ContractSpan, type EvaluationId } from '@lacuna/contracts';
import { rootSpanId } from './stage-span.ts';

/** A link to the root span of an evaluation's trace, and what that one is. */
export function linkTo(evaluation: EvaluationId, what: string): ContractSpan['links'][number] {
  const attributes = { 'lacuna.link': what };
  return { traceId: traceIdOf(evaluation), spanId: rootSpanId({ id: evaluation }), attributes };
}
