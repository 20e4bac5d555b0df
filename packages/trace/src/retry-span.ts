import { ATTRIBUTES, spanIdOf, traceIdOf, type ContractSpan, type FactOf } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import { spanName } from './span-name.ts';
import { rootSpanId } from './stage-span.ts';

/** The end of an attempt that is made again: from its last evidence to the order, with the cause. It stands where the verdict would. */
export function retrySpan(evaluation: Evaluation, { attempt, at, data }: FactOf<'retry-ordered'>): ContractSpan {
  const { cause, reason, next, evidenceAt, notOwed } = data;
  return {
    traceId: traceIdOf(evaluation.id),
    spanId: spanIdOf(evaluation.id, attempt, 'retry'),
    parentSpanId: rootSpanId(evaluation),
    service: 'lacuna-trace-audit',
    name: spanName(`retry: ${cause}`, attempt),
    kind: 'internal',
    startMs: evidenceAt,
    endMs: Math.max(evidenceAt, at),
    status: { code: 'unset' },
    attributes: {
      [ATTRIBUTES.evaluation]: evaluation.id,
      [ATTRIBUTES.attempt]: attempt,
      [ATTRIBUTES.retryCause]: cause,
      [ATTRIBUTES.retryNext]: next,
      [ATTRIBUTES.reason]: reason,
      ...(notOwed.length > 0 ? { [ATTRIBUTES.notOwed]: [...notOwed] } : {}),
    },
    events: [],
    links: [],
  };
}
