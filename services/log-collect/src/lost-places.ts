import type { LogCause, LogGap } from '@lacuna/contracts';
import type { LogEvidence, LogRead } from './log-evidence.ts';

/** Places where bytes may be missing, in the order of the log. */
export function suspected(read: LogRead, { isOpenedLate }: LogEvidence): LogGap[] {
  return [...(isOpenedLate ? [{ at: 0, cause: 'opened-late' as const }] : []), ...read.gaps];
}

/** The places of a loss of which the seal tells how much it is, and perhaps between which bytes it begins. */
export function lostPlaces(read: LogRead, evidence: LogEvidence): LogGap[] {
  const { from, to } = evidence.firstLoss ?? { from: 0, to: Infinity };
  // Before the first loss nothing is missing, whatever was suspected.
  const places = suspected(read, evidence).filter(({ at }) => at >= from);
  // Where bytes are known to be gone comes before where they may be; if neither is known, the end is what is missing.
  const gone = places.filter((gap) => gap.cause === 'rotation');
  const end = { at: read.whole().bytes, cause: tailCause(evidence) };
  const likely = gone.length > 0 ? gone : [...places, end];
  if (likely.some(({ at }) => at <= to)) return likely;
  return [{ at: from, until: to, cause: 'unseen' }, ...likely.filter(isSeen)];
}

/** The end is only taken to be missing where nothing else is. */
const isSeen = ({ cause }: LogGap): boolean => cause === 'rotation' || cause === 'rotated';

/** Why the end of a log is missing of which every other byte is there. */
export function tailCause({ failure, isExhausted }: LogEvidence): LogCause {
  return failure?.cause ?? (isExhausted ? 'dropped-by-runtime' : 'dropped-by-reader');
}
