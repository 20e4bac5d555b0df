import type { Stage } from '@lacuna/contracts';
import type { StageEnd } from './break.ts';
import { findingKey, type Attempt, type Evaluation, type Finding } from './evaluation.ts';

/**
 * The end of a stage with what was told of it when it broke. Facts are never rewritten, and rules and their words change from version to version: so the
 * finding of an attempt that is decided keeps its cause and its words, whatever today's rules would make of the same facts. What happened behind that
 * decision is news, and for the rules.
 */
export function asTold(
  end: StageEnd | undefined,
  stage: Stage,
  { findings, settled }: Evaluation,
  { number, retry }: Attempt,
): StageEnd | undefined {
  const decidedAt = retry?.at ?? settled?.at ?? -Infinity;
  if (end?.broken?.platform !== true || end.at > decidedAt) return end;
  // Of an attempt before the last a later one may have made good what stands all the same; else what is cleared does not stand.
  const isDecisive = ({ raised, cleared }: Finding): boolean =>
    raised?.attempt === number &&
    raised.data.stage === stage &&
    raised.data.cause !== 'missing' &&
    (cleared === undefined || (retry !== undefined && cleared.at > decidedAt));
  const same = findings[findingKey(number, stage, end.broken.cause)];
  const told = (same?.raised ?? Object.values(findings).find(isDecisive)?.raised)?.data;
  return told === undefined ? end : { ...end, broken: { cause: told.cause, reason: told.reason, platform: true } };
}
