import { evaluationsOfRun, Failure, type RangeDiagnosisView } from '@lacuna/contracts';
import { diagnoseRange, digestOf } from '@lacuna/diagnosis';
import { fold } from '@lacuna/lifecycle';
import { readEvaluation } from '../read-evaluation.ts';
import { within } from '../within.ts';
import { surroundingsOf, type DiagnosisSources } from './diagnose-evaluation.ts';

/**
 * What is wrong with the suites of a run as they ran together, and what the broken ones share; any evaluation of the run names it. Throws
 * `not-found`, `overloaded`, or `invalid-query` for one that is of no run.
 */
export async function diagnoseRun(
  sources: DiagnosisSources,
  id: string,
  signal: AbortSignal,
): Promise<RangeDiagnosisView> {
  const { bus, answerWithinMs } = sources;
  const { submitted } = await readEvaluation(bus, id, answerWithinMs);
  const { run } = submitted.data.spec;
  if (run === undefined) throw new Failure('invalid-query', `${id} is of no run: it was not submitted by lacuna run`);
  const digests = await within(
    answerWithinMs,
    Promise.all(
      evaluationsOfRun(run).map(async (suite) => {
        const evaluation = fold(suite, await bus.readFacts(suite));
        return digestOf(evaluation, await surroundingsOf(sources, evaluation, signal));
      }),
    ),
  );
  return diagnoseRange(digests.filter((digest) => digest !== undefined));
}
