import { traceIdOf, type EvaluationId } from '@lacuna/contracts';
import { eventually, type JaegerFixture, type JaegerSpan } from '@lacuna/testing';
import { brokenTrace } from './history.ts';

/** The spans of an evaluation, once its trace is whole in Jaeger (invariant I6); says what is wrong with it when that takes too long. */
export function wholeTrace(
  jaeger: Pick<JaegerFixture, 'trace'>,
  id: EvaluationId,
  withinMs = 90_000,
): Promise<readonly JaegerSpan[]> {
  return eventually(
    `the whole trace of ${id} in Jaeger`,
    async () => {
      const spans = await jaeger.trace(traceIdOf(id));
      const problems = brokenTrace(id, spans);
      if (problems.length > 0 || spans === undefined) throw new Error(problems.join('; '));
      return spans;
    },
    { withinMs },
  );
}

/** The same of many. */
export async function wholeTraces(
  jaeger: Pick<JaegerFixture, 'trace'>,
  ids: Iterable<EvaluationId>,
  withinMs: number,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (const id of ids) await wholeTrace(jaeger, id, Math.max(1, deadline - performance.now()));
}
