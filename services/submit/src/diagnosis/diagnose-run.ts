import type { RangeDiagnosisView } from '@lacuna/contracts';
import { diagnoseRange, digestOf } from '@lacuna/diagnosis';
import { readRun } from '../read-run.ts';
import { within } from '../within.ts';
import { surroundingsOf, type DiagnosisSources } from './diagnose-evaluation.ts';

/**
 * What is wrong with the suites of a run as they ran together, and what the broken ones share; any evaluation of the run names it. Throws as
 * `readRun`.
 */
export async function diagnoseRun(
  sources: DiagnosisSources,
  id: string,
  signal: AbortSignal,
): Promise<RangeDiagnosisView> {
  const { bus, answerWithinMs } = sources;
  const { suites } = await readRun(bus, id, answerWithinMs);
  const digests = await within(
    answerWithinMs,
    Promise.all(
      suites.map(async ({ evaluation }) => digestOf(evaluation, await surroundingsOf(sources, evaluation, signal))),
    ),
  );
  return diagnoseRange(digests.filter((digest) => digest !== undefined));
}
