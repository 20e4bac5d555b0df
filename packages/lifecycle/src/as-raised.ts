import type { Stage } from '@lacuna/contracts';
import type { StageEnd } from './break.ts';
import { findingKey, primaryPod, seen, type Attempt, type Evaluation, type Finding } from './evaluation.ts';

/** Stages whose end may be told behind a verdict that came without it: a node was lost, and comes back. */
const OF_CONTAINER: ReadonlySet<Stage> = new Set(['container.start', 'container.run']);

/**
 * The end of a stage, with the words of the finding that was raised when it broke. Facts are never rewritten, while rules and their words change from
 * version to version. So a cause keeps the words in which it was raised, and an attempt the cause that decided it, whatever today's rules would make of
 * the same facts, also where those call it no break. What happened after that decision, or was learned after it, is news, and for the rules.
 */
export function asRaised(
  end: StageEnd | undefined,
  stage: Stage,
  { findings, settled }: Evaluation,
  attempt: Attempt,
): StageEnd | undefined {
  if (end === undefined) return undefined;
  const { number, retry } = attempt;
  const decidedAt = retry?.at ?? settled?.at ?? -Infinity;
  // Of an attempt before the last a later one may have made good what stands all the same; else what is cleared does not stand.
  const isDecisive = ({ raised, cleared }: Finding): boolean =>
    raised?.attempt === number &&
    raised.data.stage === stage &&
    raised.data.cause !== 'missing' &&
    (cleared === undefined || (retry !== undefined && cleared.at > decidedAt));
  // That a pod leaves is told in fewer words than its container's end, with which the verdict is still to come.
  const isLeaving = decidedAt === -Infinity && primaryPod(attempt)?.gone !== undefined;
  const cause = end.broken?.platform === true && !isLeaving ? end.broken.cause : '';
  const same = findings[findingKey(number, stage, cause)];
  const other = knownAt(end, stage, attempt) > decidedAt ? undefined : Object.values(findings).find(isDecisive);
  const raised = (same?.raised ?? other?.raised)?.data;
  return raised === undefined
    ? end
    : { ...end, broken: { cause: raised.cause, reason: raised.reason, platform: true } };
}

function knownAt({ at }: StageEnd, stage: Stage, attempt: Attempt): number {
  return Math.max(at, (OF_CONTAINER.has(stage) && seen(primaryPod(attempt)?.ended)) || at);
}
