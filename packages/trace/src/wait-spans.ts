import { ATTRIBUTES, spanIdOf, type ContractSpan, type Stage } from '@lacuna/contracts';
import type { Attempt, Evaluation } from '@lacuna/lifecycle';
import { spanName } from './span-name.ts';

/**
 * What an attempt waited for in the queue and at the creation of its Job, as children of the stage's span: one a cause, from the first such
 * moment to the last, with the time really lost as an attribute. Known with the Job or its refusal, hence never changed.
 */
export function waitSpans(
  stageSpan: ContractSpan,
  evaluation: Evaluation,
  { number, job, refused }: Attempt,
  stage: Stage,
): ContractSpan[] {
  const waits = job?.data.waits ?? refused?.data.waits ?? [];
  return waits
    .filter((wait) => wait.stage === stage)
    .map(({ cause, from, to, ms }) => ({
      traceId: stageSpan.traceId,
      spanId: spanIdOf(evaluation.id, number, `${stage}/waiting/${cause}`),
      parentSpanId: stageSpan.spanId,
      service: stageSpan.service,
      name: spanName(`waiting: ${cause}`, number),
      kind: 'internal',
      startMs: from,
      endMs: Math.max(from, to),
      status: { code: 'unset' },
      attributes: {
        [ATTRIBUTES.evaluation]: evaluation.id,
        [ATTRIBUTES.attempt]: number,
        [ATTRIBUTES.waitCause]: cause,
        [ATTRIBUTES.waitMs]: ms,
      },
      events: [],
      links: [],
    }));
}
