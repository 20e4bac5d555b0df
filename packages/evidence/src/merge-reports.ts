import { defined, MAX_NAMES, type TestReport } from '@lacuna/contracts';
import { add, sum } from './tally.ts';

const WORST = ['missing', 'disagrees', 'agrees'] as const;

/** Two runs in one log, of one tool or of two, as one report: the sums, and the worse of the two summaries. */
export function mergeReports(first: TestReport, second: TestReport): TestReport {
  const announced = first.collected !== undefined || second.collected !== undefined;
  const timed = first.durationMs !== undefined || second.durationMs !== undefined;
  const stopped = first.stopped ?? second.stopped;
  const caveat = first.caveat ?? second.caveat;
  return {
    format: first.format,
    ...(announced ? { collected: collectedBy(first) + collectedBy(second) } : {}),
    ...add(first, second),
    inFlight: [...first.inFlight, ...second.inFlight].slice(-MAX_NAMES),
    failures: [...new Set([...first.failures, ...second.failures])].slice(0, MAX_NAMES),
    summary: WORST.find((summary) => first.summary === summary || second.summary === summary) ?? 'missing',
    ...(first.claimed && second.claimed ? { claimed: add(first.claimed, second.claimed) } : {}),
    ...(timed ? { durationMs: (first.durationMs ?? 0) + (second.durationMs ?? 0) } : {}),
    ...defined({ stopped, caveat }),
    runs: (first.runs ?? 1) + (second.runs ?? 1),
    ...formatsOf(first, second),
  };
}

/** A run that announced no count is taken at what it accounted for, so that what another one still owes is not lost. */
function collectedBy(report: TestReport): number {
  return report.collected ?? sum(report);
}

function formatsOf(first: TestReport, second: TestReport): Pick<TestReport, 'formats'> {
  if (first.formats === undefined && first.format === second.format) return {};
  const before = first.formats ?? Array.from({ length: first.runs ?? 1 }, () => first.format);
  return { formats: [...before, second.format].slice(-MAX_NAMES) };
}
