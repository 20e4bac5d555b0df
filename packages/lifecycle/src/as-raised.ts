import type { Stage } from '@lacuna/contracts';
import type { StageEnd } from './break.ts';
import { findingKey, type Attempt, type Evaluation, type Finding } from './evaluation.ts';

/**
 * The end of a stage, with the words of the finding that was raised when it broke. Facts are never rewritten, while rules and their words change from
 * version to version. So a cause keeps the words in which it was raised, and an attempt the cause that decided it, whatever today's rules would make of
 * the same facts. What happened after that decision is news, and for the rules.
 */
export function asRaised(
  end: StageEnd | undefined,
  stage: Stage,
  { findings, settled }: Evaluation,
  { number, retry }: Attempt,
): StageEnd | undefined {
  if (end?.broken?.platform !== true) return end;
  const decidedAt = retry?.at ?? settled?.at ?? -Infinity;
  // Of an attempt before the last a later one may have made good what stands all the same; else what is cleared does not stand.
  const isDecisive = ({ raised, cleared }: Finding): boolean =>
    raised?.attempt === number &&
    raised.data.stage === stage &&
    raised.data.cause !== 'missing' &&
    (cleared === undefined || (retry !== undefined && cleared.at > decidedAt));
  const same = findings[findingKey(number, stage, end.broken.cause)];
  const other = end.at > decidedAt ? undefined : Object.values(findings).find(isDecisive);
  const raised = (same?.raised ?? other?.raised)?.data;
  return raised === undefined
    ? end
    : { ...end, broken: { cause: raised.cause, reason: raised.reason, platform: true } };
}
