import { podsOf, startOf, type Attempt } from './evaluation.ts';

/**
 * Pods of these attempts, by uid, whose container started and whose log nobody has closed: as long as there is one, the cluster's copy of
 * the log is evidence,
 * and what it hangs on (the Job, the pod) must not be removed (invariant I4).
 */
export function openLogs(attempts: readonly Attempt[]): string[] {
  const pods = attempts.flatMap(podsOf);
  const didStart = (pod: (typeof pods)[number]): boolean =>
    startOf(pod) !== undefined || pod.ended?.data.containerId !== undefined;
  return pods.filter((pod) => didStart(pod) && pod.logClosed === undefined).map(({ uid }) => uid);
}
