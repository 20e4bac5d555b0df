import { startOf, type Attempt, type Evaluation, type Pod } from './evaluation.ts';

/** Causes of findings by which a pod is given up that is still there. */
const WAITED_FOR: ReadonlySet<string> = new Set(['missing', 'cannot-start']);

/**
 * An attempt without what its own removal did. When it was given up its Job is removed, and a pod that waited leaves by that without ever having
 * started: that is not the end it was owed, and not why. A container that did start tells its end, however late.
 */
export function beforeRemoval(evaluation: Evaluation, attempt: Attempt): Attempt {
  if (evaluation.settled === undefined && attempt.retry === undefined) return attempt;
  if (!isGivenUp(evaluation, attempt)) return attempt;
  const pods = Object.values(attempt.pods).map((pod) => [pod.uid, asBefore(pod)]);
  return { ...attempt, pods: Object.fromEntries(pods) };
}

function isGivenUp({ findings }: Evaluation, { number }: Attempt): boolean {
  return Object.values(findings).some(
    ({ raised, cleared }) => raised?.attempt === number && cleared === undefined && WAITED_FOR.has(raised.data.cause),
  );
}

function asBefore(pod: Pod): Pod {
  const { gone: _gone, ...there } = pod;
  if (startOf(pod) !== undefined || pod.ended?.data.containerId !== undefined) return there;
  const { ended: _ended, ...waiting } = there;
  return waiting;
}
