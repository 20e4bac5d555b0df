import type { PodSnapshot } from '@lacuna/cluster';
import { conditionOf, createdAt, timeOf, type ApiPod } from './api-objects.ts';

type Gone = NonNullable<PodSnapshot['gone']>;

/** What took a pod away, and how the end of its container is then called. */
interface Disruption extends Gone {
  readonly endReason: 'Evicted' | 'Preempted' | 'Lost';
}

/** By the reason of the condition `DisruptionTarget`. Source: Kubernetes' documentation of pod disruption conditions. */
const BY_REASON: Readonly<Record<string, Pick<Disruption, 'cause' | 'endReason'>>> = {
  PreemptionByScheduler: { cause: 'preempted', endReason: 'Preempted' },
  DeletionByTaintManager: { cause: 'node-lost', endReason: 'Lost' },
  DeletionByPodGC: { cause: 'node-lost', endReason: 'Lost' },
  EvictionByEvictionAPI: { cause: 'evicted', endReason: 'Evicted' },
  // Out of a resource, preempted for a critical pod, or the node shuts down.
  TerminationByKubelet: { cause: 'evicted', endReason: 'Evicted' },
};

/** That the cluster itself took the pod away; undefined when it did not. A kubelet of an old cluster tells an eviction only as the pod's reason. */
export function disruptionOf(pod: ApiPod): Disruption | undefined {
  const { reason, message, conditions } = pod.status ?? {};
  const target = conditionOf(conditions, 'DisruptionTarget');
  if (target !== undefined) {
    const known = BY_REASON[target.reason ?? ''] ?? { cause: 'unknown', endReason: 'Lost' };
    const words = [target.reason, target.message ?? message].filter((part) => part !== undefined);
    return { ...known, message: words.join(': '), at: timeOf(target.lastTransitionTime) ?? createdAt(pod) };
  }
  if (reason !== 'Evicted') return undefined;
  return { cause: 'evicted', endReason: 'Evicted', message: message ?? reason, at: lastTransitionAt(pod) };
}

/** The last time that the pod's conditions know: when nothing says when something was. */
export function lastTransitionAt(pod: ApiPod): number {
  const times = pod.status?.conditions?.map((condition) => timeOf(condition.lastTransitionTime) ?? 0) ?? [];
  return Math.max(createdAt(pod), timeOf(pod.status?.startTime) ?? 0, ...times);
}
