import type { Invocation } from '../invocation.ts';
import { compareAlone, type Comparison } from './compare-alone.ts';
import { followSuites } from './follow-suites.ts';
import { specOfSuite, type RunPlan } from './suite.ts';
import { SuiteRun } from './suite-run.ts';

/** Runs each suite that is not passed again, by itself, so many times; and compares. Nothing is begun after an interruption. */
export async function runAlone(
  invocation: Invocation,
  { plan, together, times }: { readonly plan: RunPlan; readonly together: readonly SuiteRun[]; readonly times: number },
  interrupted: AbortSignal,
): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const run of together) {
    const { suite, view, clues } = run;
    if (view === undefined || view.verdict === 'passed' || view.verdict === 'cancelled') continue;
    const repeated: SuiteRun[] = [];
    for (let time = 1; time <= times && !interrupted.aborted; time++) {
      const repetition = new SuiteRun(suite, specOfSuite(plan, suite, time));
      repeated.push(repetition);
      await followSuites(invocation, [repetition], interrupted);
    }
    const alone = repeated.flatMap((one) => one.view ?? []);
    if (alone.length === 0 || interrupted.aborted) continue;
    const others = together.flatMap((other) =>
      other === run || other.view === undefined ? [] : [{ suite: other.suite.name, view: other.view }],
    );
    comparisons.push(compareAlone({ suite: suite.name, together: view, alone, clues, others }));
  }
  return comparisons;
}
