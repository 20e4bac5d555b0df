import { randomBytes } from 'node:crypto';
import { runIdFrom } from '@lacuna/contracts';
import { usageError } from '../usage-error.ts';
import type { RunPlan, Suite } from './suite.ts';

/** A new run of the suites that a command line names. Throws a usage error when there is none, or a report is for none of them. */
export function planRun(
  suites: readonly Suite[],
  reports: Readonly<Record<string, string>>,
  flags: RunPlan['flags'],
): RunPlan {
  if (suites.length === 0) throw usageError('no suite; give one or more, as in: lacuna run --suite e2e="npm test"');
  const stray = Object.keys(reports).find((name) => !suites.some((suite) => suite.name === name));
  if (stray !== undefined) throw usageError(`--suite-report ${stray}=…: there is no suite ${stray}`);
  return { id: runIdFrom(randomBytes(16)), suites, flags, reports };
}
