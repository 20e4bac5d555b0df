import type { ContainerEnd, PodSnapshot } from '@lacuna/cluster';
import { defined } from '@lacuna/contracts';
import { conditionOf, createdAt, deletionRequestedAt, timeOf, wasDeletedBefore, type ApiPod } from './api-objects.ts';
import { didRun, endOfContainer, isStopped, mainStatus } from './end-of-container.ts';
import { identityOf, LABELS } from './identity.ts';
import { disruptionOf, lastTransitionAt } from './pod-disruption.ts';

/** Waiting longer cannot help. All others may pass: a registry comes back, a ConfigMap is made. */
const HOPELESS = new Set(['InvalidImageName', 'ErrImageNeverPull']);
/** The way every container starts. */
const USUAL = new Set(['ContainerCreating', 'PodInitializing']);

/**
 * A pod as the port has it; undefined for one that is not ours. A pure function of the object, so that two observers say the same.
 * `deletedAt` is given when the API server says that the pod is no longer there: then this is its last word.
 */
export function snapshotOfPod(pod: ApiPod, deletedAt?: number): PodSnapshot | undefined {
  const identity = identityOf(pod.metadata);
  const { name, uid } = pod.metadata ?? {};
  if (identity === undefined || name === undefined || uid === undefined) return undefined;
  const ended = endOfContainer(pod, deletedAt !== undefined);
  return defined({
    ...identity,
    name,
    uid,
    jobUid: jobUidOf(pod),
    createdAt: createdAt(pod),
    scheduled: scheduledOf(pod),
    unschedulable: unschedulableOf(pod),
    waiting: waitingOf(pod),
    started: startedOf(pod),
    ended,
    gone: goneOf(pod, ended, deletedAt),
  });
}

function jobUidOf({ metadata }: ApiPod): string {
  const owner = metadata?.ownerReferences?.find(({ kind }) => kind === 'Job');
  return owner?.uid ?? metadata?.labels?.[LABELS.jobUid] ?? '';
}

function scheduledOf(pod: ApiPod): PodSnapshot['scheduled'] {
  const node = pod.spec?.nodeName;
  if (node === undefined || node === '') return undefined;
  const condition = conditionOf(pod.status?.conditions, 'PodScheduled');
  return { node, at: timeOf(condition?.lastTransitionTime) ?? createdAt(pod) };
}

function unschedulableOf(pod: ApiPod): PodSnapshot['unschedulable'] {
  const condition = pod.status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  if (condition === undefined) return undefined;
  const { reason = '', message = '', lastTransitionTime } = condition;
  return { message: message === '' ? reason : message, at: timeOf(lastTransitionTime) ?? createdAt(pod) };
}

function waitingOf(pod: ApiPod): PodSnapshot['waiting'] {
  const { reason = '', message = '' } = mainStatus(pod)?.state?.waiting ?? {};
  if (reason === '' || USUAL.has(reason)) return undefined;
  return { reason, message, permanent: HOPELESS.has(reason), at: lastTransitionAt(pod) };
}

function startedOf(pod: ApiPod): PodSnapshot['started'] {
  const { state, image, containerID = '' } = mainStatus(pod) ?? {};
  const { running, terminated } = state ?? {};
  const ran = terminated !== undefined && didRun(terminated);
  const at = timeOf(ran ? terminated.startedAt : running?.startedAt);
  const containerId = containerID === '' ? terminated?.containerID : containerID;
  if (at === undefined || containerId === undefined) return undefined;
  return { containerId, ...defined({ image }), at };
}

/** That the pod left by something other than its own end. The removal of a pod that had ended is no news. */
function goneOf(pod: ApiPod, ended: ContainerEnd | undefined, deletedAt: number | undefined): PodSnapshot['gone'] {
  const disruption = disruptionOf(pod);
  if (disruption !== undefined) {
    const { cause, message, at } = disruption;
    return { cause, message, at };
  }
  const at = deletionRequestedAt(pod) ?? deletedAt;
  if (at === undefined || isStopped(pod) || (ended !== undefined && !wasDeletedBefore(pod, ended.at))) return undefined;
  return { cause: 'deleted', message: `the pod ${pod.metadata?.name} was deleted from outside`, at };
}
