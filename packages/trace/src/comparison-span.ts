import { ATTRIBUTES, spanIdOf, traceIdOf, type ContractSpan, type EvaluationId, type FactOf } from '@lacuna/contracts';
import type { Evaluation } from '@lacuna/lifecycle';
import { linkTo } from './link-to.ts';
import { rootSpanId } from './stage-span.ts';

const WORDS = { 'passes-alone': 'passes alone', 'fails-the-same': 'fails the same', differs: 'differs' } as const;

/**
 * A repetition of a suite by itself, in the trace of the suite as it ran together: it links to the root of the repetition's trace, and to those that
 * ran at the same time. The root of this trace is final by then, so the comparison is a span of its own.
 */
export function comparisonSpan(evaluation: Evaluation, { at, data }: FactOf<'compared-alone'>): ContractSpan {
  const { alone, time, outcome, from, failed, overlapped, fought } = data;
  return {
    traceId: traceIdOf(evaluation.id),
    spanId: spanIdOf(evaluation.id, 1, `compared-alone/${time}`),
    parentSpanId: rootSpanId(evaluation),
    service: 'lacuna-trace-audit',
    name: `alone: ${WORDS[outcome]}`,
    kind: 'internal',
    startMs: from,
    endMs: Math.max(from, at),
    status: { code: 'unset' },
    attributes: {
      [ATTRIBUTES.evaluation]: evaluation.id,
      [ATTRIBUTES.alone]: time,
      [ATTRIBUTES.aloneOutcome]: outcome,
      ...names(ATTRIBUTES.failedBoth, failed.both),
      ...names(ATTRIBUTES.failedOnlyTogether, failed.onlyTogether),
      ...names(ATTRIBUTES.failedOnlyAlone, failed.onlyAlone),
      ...names(ATTRIBUTES.fought, fought),
      ...names(
        ATTRIBUTES.overlapped,
        overlapped.map(({ evaluation: other, suite, ms, node }) =>
          [other, suite, `${Math.round(ms)} ms`, ...(node === undefined ? [] : [node])].join(' '),
        ),
      ),
    },
    events: [],
    links: [
      linkTo(alone as EvaluationId, 'alone'),
      ...overlapped.map((other) => linkTo(other.evaluation as EvaluationId, 'overlapped')),
    ],
  };
}

function names(key: string, values: readonly string[]): ContractSpan['attributes'] {
  return values.length === 0 ? {} : { [key]: values };
}
