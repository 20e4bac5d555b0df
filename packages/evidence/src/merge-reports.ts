import { MAX_NAMES, type TestReport } from '@lacuna/contracts';
import { add, sum } from './tally.ts';

const WORST = ['missing', 'disagrees', 'agrees'] as const;

/** Two runs of one tool in one log, as one report: the sums, and the worse of the two summaries. */
export function mergeReports(first: TestReport, second: TestReport): TestReport {
  const announced = first.collected !== undefined || second.collected !== undefined;
  const timed = first.durationMs !== undefined || second.durationMs !== undefined;
  return {
    format: first.format,
    ...(announced ? { collected: collectedBy(first) + collectedBy(second) } : {}),
    ...add(first, second),
    inFlight: [...first.inFlight, ...second.inFlight].slice(-MAX_NAMES),
    failures: [...first.failures, ...second.failures].slice(0, MAX_NAMES),
    summary: WORST.find((summary) => first.summary === summary || second.summary === summary) ?? 'missing',
    ...(first.claimed && second.claimed ? { claimed: add(first.claimed, second.claimed) } : {}),
    ...(timed ? { durationMs: (first.durationMs ?? 0) + (second.durationMs ?? 0) } : {}),
  };
}

/** A run that announced no count is taken at what it accounted for, so that what another one still owes is not lost. */
function collectedBy(report: TestReport): number {
  return report.collected ?? sum(report);
}
