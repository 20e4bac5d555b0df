import type { Client } from '@lacuna/client';
import type { EvaluationView, FactOf } from '@lacuna/contracts';
import type { Invocation } from '../invocation.ts';
import { followSuites } from './follow-suites.ts';
import { specOfSuite, type RunPlan } from './suite.ts';
import { SuiteRun } from './suite-run.ts';

/** The auditor compares within a fraction of a second; without it there is no comparison, and the run is told without. Milliseconds. */
const COMPARED_WITHIN_MS = 15_000;

/** Runs each suite that is not passed again, by itself, so many times, and reads how that compares. Nothing is begun after an interruption. */
export async function runAlone(
  invocation: Invocation,
  { plan, together, times }: { readonly plan: RunPlan; readonly together: readonly SuiteRun[]; readonly times: number },
  interrupted: AbortSignal,
): Promise<void> {
  for (const run of together) {
    const { verdict } = run.view ?? {};
    if (verdict === undefined || verdict === 'passed' || verdict === 'cancelled') continue;
    for (let time = 1; time <= times && !interrupted.aborted; time++) {
      const repetition = new SuiteRun(run.suite, specOfSuite(plan, run.suite, time));
      await followSuites(invocation, [repetition], interrupted);
      if (repetition.view?.verdict !== undefined && run.id !== undefined)
        run.view = await compared(invocation.client, run.id, time);
    }
  }
}

/** The evaluation, once it has been compared with that repetition of it. */
async function compared(client: Client, id: string, time: number): Promise<EvaluationView> {
  const signal = AbortSignal.timeout(COMPARED_WITHIN_MS);
  try {
    for await (const { type, data } of client.events(id, { signal }))
      if (type === 'compared-alone' && (data as FactOf<'compared-alone'>).data.time === time) break;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return client.get(id);
}
