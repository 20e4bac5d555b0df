import type { FactData, RetryCause } from '@lacuna/contracts';
import { containerRunEnd, containerStartEnd, goneEnd, REFUSED_BY_NODE, START_INTERRUPTED } from './break.ts';
import { podsOf, primaryPod, startOf, type Attempt, type Evaluation, type Pod } from './evaluation.ts';

type Settled = FactData<'settled'>;

/** What is retried when the spec says nothing but how often. */
const DEFAULT_CAUSES: readonly RetryCause[] = ['infrastructure'];
/** How the platform ends a program that would have gone on, or keeps one from its start that another node would run. Source: fault table J6, J10-J13. */
const INFRASTRUCTURE = new Set([
  'evicted',
  'preempted',
  'deleted',
  'killed',
  'lost',
  'stopped',
  REFUSED_BY_NODE,
  START_INTERRUPTED,
]);
/** Waiting for these may be a matter of the node. Source: fault table J14. */
const IMAGE_PULL = new Set(['ErrImagePull', 'ImagePullBackOff', 'ImageInspectError', 'RegistryUnavailable']);

/** The order for another attempt that takes the place of a verdict; undefined when the verdict stands. */
export function dueRetry(
  evaluation: Evaluation,
  attempt: Attempt,
  verdict: Settled,
): FactData<'retry-ordered'> | undefined {
  const { retries = 0, retryOn = DEFAULT_CAUSES } = evaluation.submitted?.data.spec ?? {};
  if (attempt.number > retries || evaluation.cancel !== undefined) return undefined;
  const cause = retryCause(evaluation, attempt, verdict);
  if (cause === undefined || !retryOn.includes(cause)) return undefined;
  const { reason, evidenceAt, notOwed } = verdict;
  return { cause, reason, next: attempt.number + 1, evidenceAt, notOwed };
}

/**
 * Why the attempt may be made again. Never for what a new attempt meets again: refused, denied, no such command, timed out; and never for
 * a run whose own result is known but not proven, such as a cut log.
 */
function retryCause(evaluation: Evaluation, attempt: Attempt, { verdict }: Settled): RetryCause | undefined {
  if (verdict === 'failed') return 'failure';
  const pod = primaryPod(attempt);
  if (verdict !== 'error' || pod === undefined || podsOf(attempt).length > 1) return undefined;
  return startOf(pod) === undefined ? causeBeforeStart(evaluation, pod) : causeOfEnd(evaluation, pod);
}

function causeBeforeStart(evaluation: Evaluation, pod: Pod): RetryCause | undefined {
  const end = goneEnd(pod) ?? containerStartEnd(evaluation, pod);
  if (INFRASTRUCTURE.has(end?.broken?.cause ?? '')) return 'infrastructure';
  if (pod.gone !== undefined) return 'node-lost';
  // Told to be hopeless, or tried and failed: the same would come again.
  if (end !== undefined) return undefined;
  return Object.keys(pod.waiting).some((reason) => IMAGE_PULL.has(reason)) ? 'image-pull' : undefined;
}

function causeOfEnd(evaluation: Evaluation, pod: Pod): RetryCause | undefined {
  // No end at all: hung, or on a node that is lost, and perhaps still running.
  const { cause = 'node-lost' } = containerRunEnd(evaluation, pod)?.broken ?? {};
  if (cause === 'oom-killed') return 'oom';
  if (!isProvenDead(pod)) return 'node-lost';
  return INFRASTRUCTURE.has(cause) ? 'infrastructure' : undefined;
}

/**
 * Whether somebody saw the container end. When the control plane gives a silent node up it writes an end that nobody saw, and a pod that was
 * deleted by force may run on: then only an exit code or a signal is proof (fault J9).
 */
function isProvenDead({ ended, gone }: Pod): boolean {
  if (ended === undefined) return false;
  return gone?.data.cause !== 'node-lost' || ended.data.exitCode !== undefined || ended.data.signal !== undefined;
}
