import type { ContainerEnd } from '@lacuna/cluster';
import { defined, type Seal } from '@lacuna/contracts';
import { constants } from 'node:os';
import { timeOf, wasDeletedBefore, type ApiPod, type ContainerStatus, type Terminated } from './api-objects.ts';
import { ANNOTATIONS } from './identity.ts';
import { MAIN_CONTAINER } from './job-manifest.ts';
import { disruptionOf, lastTransitionAt } from './pod-disruption.ts';
import { sealOfMessage } from './seal-of-message.ts';
import { spoolOfPod } from './spool-of-pod.ts';
import { startErrorOf } from './start-error-of.ts';

/** The kubelet found no container any more and made up exit code 137. */
const NOT_SEEN = 'ContainerStatusUnknown';
/** The runtime could not start the command and made up exit code 128. The second is its name in older runtimes. */
const NEVER_RAN = new Set(['StartError', 'ContainerCannotRun']);

/** The status of the container that counts. */
export function mainStatus(pod: ApiPod): ContainerStatus | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === MAIN_CONTAINER);
}

/** Whether a terminated container did run: its command, not only the helper that was to run it. */
export function didRun({ reason = '', startedAt, message }: Terminated): boolean {
  const notStarted = NEVER_RAN.has(reason) || sealOfMessage(message)?.startError !== undefined;
  return !notStarted && timeOf(startedAt) !== undefined;
}

/**
 * The end of the main container, once nothing more can be learned about it; `deleted` when this is the pod's last state of all.
 * A terminated container alone is not enough: why it was ended (deadline, eviction) the kubelet writes only a moment later, with the pod's
 * terminal phase. When a sidecar keeps that phase from coming, the end is told without it.
 */
export function endOfContainer(pod: ApiPod, deleted: boolean): ContainerEnd | undefined {
  const terminated = mainStatus(pod)?.state?.terminated;
  const { phase } = pod.status ?? {};
  const terminal = phase === 'Failed' || phase === 'Succeeded';
  if (terminated !== undefined && (terminal || deleted || othersRun(pod))) return seenEnd(pod, terminated);
  if (terminal) return unseenEnd(pod);
  const neverRan = mainStatus(pod)?.state?.running === undefined;
  return deleted && neverRan && isStopped(pod) ? { at: lastTransitionAt(pod), reason: 'Stopped' } : undefined;
}

function seenEnd(pod: ApiPod, terminated: Terminated): ContainerEnd {
  const at = timeOf(terminated.finishedAt) ?? lastTransitionAt(pod);
  const { reason = '' } = terminated;
  const seal = sealOfMessage(terminated.message);
  // A seal is for programs. Why the cluster took the pod away is more of a reason than what the program left as its last words.
  const message = disruptionOf(pod)?.message ?? (seal === undefined ? terminated.message : undefined);
  const spool = spoolOfPod(pod);
  const told = { at, ...defined({ message, spool }) };
  if (NEVER_RAN.has(reason)) return { ...told, reason: startErrorOf(pod, terminated.message) };
  if (seal?.startError !== undefined) return { at, message: seal.startError, reason: 'StartError', seal };
  const container = containerOf(pod, terminated);
  if (reason === NOT_SEEN) return { ...told, ...container, reason: 'Lost' };
  return {
    ...told,
    ...container,
    ...exitOf(terminated, seal),
    reason: endReason(pod, terminated, at, seal),
    ...defined({ restarts: restartsOf(pod), seal }),
  };
}

/**
 * How often the pod had run the command before. Our Jobs restart nothing (`restartPolicy: Never`), but a policy of the cluster may have changed that. The kubelet
 * also counts a container that it had made and not started when it was killed: under `Never` that one is no run, and has no end. Source:
 * `ShouldContainerBeRestarted` of the kubelet.
 */
function restartsOf(pod: ApiPod): number | undefined {
  const { restartCount = 0, lastState } = mainStatus(pod) ?? {};
  const hadRun = pod.spec?.restartPolicy !== 'Never' || lastState?.terminated !== undefined;
  return restartCount > 0 && hadRun ? restartCount : undefined;
}

/**
 * How the command exited. Kubernetes has no signals: it tells 128 and the signal's number, as the helper does for a command that a signal
 * ended. When it tells anything else, the helper itself did not come to its end, and both are kept: they disagree.
 */
function exitOf({ exitCode }: Terminated, seal: Seal | undefined): Pick<ContainerEnd, 'exitCode' | 'signal'> {
  if (exitCode === undefined) return {};
  const { signal } = seal ?? {};
  const number = constants.signals[signal as NodeJS.Signals] as number | undefined;
  return signal !== undefined && number !== undefined && exitCode === 128 + number ? { signal } : { exitCode };
}

/** Why the container ended. What ended it from outside comes before what it said itself: its exit code is then not the program's own. */
function endReason(pod: ApiPod, { reason, exitCode }: Terminated, at: number, seal: Seal | undefined): string {
  if (reason === 'OOMKilled') return reason;
  // Before whatever came while it was ending.
  if (seal?.timedOut === true) return 'DeadlineExceeded';
  if (hitDeadline(pod, at)) return isStopped(pod) ? 'Stopped' : 'DeadlineExceeded';
  const disruption = disruptionOf(pod);
  if (disruption !== undefined) return disruption.endReason;
  if (wasDeletedBefore(pod, at)) return isStopped(pod) ? 'Stopped' : 'Deleted';
  return reason ?? (exitCode === 0 ? 'Completed' : 'Error');
}

/** The phase is terminal and names no end of our container: the pod was refused, evicted, or failed before it. */
function unseenEnd(pod: ApiPod): ContainerEnd {
  const { reason, message } = pod.status ?? {};
  const init = failedInit(pod);
  const disruption = disruptionOf(pod);
  const { containerID } = mainStatus(pod) ?? {};
  const words = message ?? disruption?.message ?? init;
  return {
    at: disruption?.at ?? lastTransitionAt(pod),
    ...(mainStatus(pod)?.state?.running !== undefined && containerID !== undefined && { containerId: containerID }),
    reason: unseenReason(pod, disruption?.endReason ?? reason ?? (init === undefined ? 'Lost' : 'InitError')),
    ...defined({ message: words }),
  };
}

/** A pod without a node is stopped by its deletion; the garbage collector of pods may then call it failed, with no reason, before it goes. */
function unseenReason(pod: ApiPod, reason: string): string {
  if (!isStopped(pod)) return reason;
  const neverHadNode = reason === 'Lost' && pod.spec?.nodeName === undefined;
  return reason === 'DeadlineExceeded' || neverHadNode ? 'Stopped' : reason;
}

function failedInit(pod: ApiPod): string | undefined {
  for (const { name, state } of pod.status?.initContainerStatuses ?? []) {
    const { exitCode = 0, reason, message } = state?.terminated ?? {};
    if (exitCode !== 0)
      return [`init container ${name} ended with ${exitCode}`, reason, message].filter(Boolean).join(': ');
  }
  return undefined;
}

/** The kubelet ended the pod at its deadline, and the container had not ended before that. Both times are the node's, in whole seconds. */
function hitDeadline({ spec, status }: ApiPod, endedAt: number): boolean {
  const startedAt = timeOf(status?.startTime);
  if (status?.reason !== 'DeadlineExceeded' || startedAt === undefined) return false;
  return endedAt >= startedAt + (spec?.activeDeadlineSeconds ?? Infinity) * 1_000;
}

/** Whether `stop` ended it: its mark comes with the deadline that ends the pod. */
export function isStopped({ metadata }: ApiPod): boolean {
  return metadata?.annotations?.[ANNOTATIONS.stopped] !== undefined;
}

function othersRun(pod: ApiPod): boolean {
  return pod.status?.containerStatuses?.some(({ state }) => state?.running !== undefined) ?? false;
}

function containerOf(pod: ApiPod, terminated: Terminated): Pick<ContainerEnd, 'containerId' | 'startedAt'> {
  const containerId = terminated.containerID ?? mainStatus(pod)?.containerID;
  const startedAt = timeOf(terminated.startedAt);
  return {
    ...(containerId !== undefined && containerId !== '' && { containerId }),
    ...defined({ startedAt }),
  };
}
