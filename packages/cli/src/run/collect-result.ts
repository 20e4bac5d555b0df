import type { Client } from '@lacuna/client';
import type { RunResult, SuiteResult } from './run-result.ts';
import type { SuiteRun } from './suite-run.ts';

/** What became of the suites of a run. `client`: whom to ask for the names of all tests, when they are wanted. */
export async function collectResult(
  id: string,
  runs: readonly SuiteRun[],
  client: Client | undefined,
): Promise<RunResult> {
  const suites: SuiteResult[] = [];
  for (const one of runs) {
    const { suite, view, noVerdict } = one;
    if (view === undefined) continue;
    const results = client && (await one.results(client));
    suites.push({
      suite: suite.name,
      view,
      ...(noVerdict && { noVerdict: noVerdict.message }),
      ...(results && { results }),
    });
  }
  return { id, suites };
}
