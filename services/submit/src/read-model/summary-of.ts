import { defined, type EvaluationSummary, type RunPlace } from '@lacuna/contracts';
import { latestAttempt, phaseOf, primaryPod, testsOf, type Evaluation } from '@lacuna/lifecycle';

/** An evaluation as the list shows it; undefined when it was never accepted. */
export function summaryOf(evaluation: Evaluation): EvaluationSummary | undefined {
  const { submitted, settled } = evaluation;
  if (submitted === undefined) return undefined;
  const { name, labels = {}, run } = submitted.data.spec;
  return defined({
    id: evaluation.id,
    name,
    phase: phaseOf(evaluation),
    verdict: settled?.data.verdict,
    reason: settled?.data.reason,
    settledAt: settled?.at,
    labels,
    submittedAt: submitted.at,
    tests: testsOf(evaluation, primaryPod(latestAttempt(evaluation))),
    run: run && placeOf(run),
    findings: Object.values(evaluation.findings).filter(({ raised }) => raised !== undefined).length,
  });
}

/** Without the names of all suites, which each of them would repeat. */
function placeOf({ id, suite, alone }: RunPlace): NonNullable<EvaluationSummary['run']> {
  return defined({ id, suite, alone });
}
