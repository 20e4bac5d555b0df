import { formatDuration } from '@lacuna/contracts';
import { brokenBy, isStuckIn, waitedIn, waitingLike, warningLike, type Case } from '../case.ts';
import { overlapping } from '../evidence-of.ts';
import { silentFor } from '../reader-clues.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';

/** The API's word of a pod comes within milliseconds; silence means something after this long. */
const SILENT_MS = 5_000;
/** Other evaluations would have made k8s-watch speak in this time. */
const WATCH_SILENT_MS = 30_000;

/** The kubelet's and the scheduler's own words for pressure: reasons of eviction, and taints. */
const PRESSURE = /(memory|disk|pid)[- ]?pressure|low on resource|was low on/i;
const IMAGE =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable|SignatureValidationFailed): /;
const CONFIG = /^(CreateContainerConfigError|CreateContainerError|RunContainerError|CreatePodSandboxError): /;

/** Why a Job has no running container. */
export const POD_RULES: readonly Rule[] = [
  {
    cause: 'job-changed',
    title: 'Somebody changed the Job, and that keeps it from its pod',
    for: [
      proof(jobChange),
      proof(
        (known) =>
          jobChange(known) !== undefined &&
          known.pod?.gone?.data.cause === 'deleted' &&
          `the Job controller deletes the pod of such a Job: ${known.pod.gone.data.message}`,
      ),
    ],
    advice:
      "The API server's audit log says who; a queue such as Kueue suspends Jobs on purpose, until there is room. Lacuna makes each Job for one pod, and changes none.",
  },
  {
    cause: 'controller-silent',
    title: 'No pod for the Job: the Job controller is not running',
    for: [
      suggestion(
        (known) =>
          podless(known) &&
          waitedIn(known, 'pod.create') >= SILENT_MS &&
          `the Job has been there for ${formatDuration(waitedIn(known, 'pod.create'))}, without a pod and without an event that says why`,
      ),
      suggestion(
        ({ stages }) =>
          stages['pod.create'].outcome === 'missing' &&
          `pod.create missing: ${stages['pod.create'].missing?.raised?.data.reason ?? 'no pod'}`,
      ),
    ],
    against: [
      refutation((known) => warningLike(known, /^FailedCreate: /)),
      suggestion((known) => podless(known) && silentFor(known, 'k8s-watch', WATCH_SILENT_MS)),
    ],
    advice:
      'Check kube-controller-manager (its leader lease in kube-system says whether it lives), and `kubectl describe job` for events. A controller that comes back creates the pod by itself.',
  },
  {
    cause: 'pod-late',
    title: 'The pod came late',
    for: [
      proof(
        ({ stages }) =>
          stages['pod.create'].outcome === 'late' &&
          `it took ${formatDuration((stages['pod.create'].end ?? 0) - (stages['pod.create'].begin ?? 0))}; it was owed sooner`,
      ),
      hint((known) => known.stages['pod.create'].outcome === 'late' && warningLike(known, /^FailedCreate: /)),
    ],
    against: [hint(({ hole }) => hole !== undefined && 'it came, and what broke came later')],
    advice:
      'See what the cluster said meanwhile. If this is usual here, give pod.create more time: LACUNA_DEADLINES=pod.create=1m+1m.',
  },
  {
    cause: 'unschedulable',
    title: 'No node fits the pod',
    for: [
      proof(
        (known) =>
          nodeless(known) && (known.pod?.unschedulable?.data.message ?? warningLike(known, /^FailedScheduling: /)),
      ),
      hint(({ stages }) => stages['pod.schedule'].outcome === 'missing' && 'it was given up for want of a node'),
    ],
    against: [suggestion((known) => pressureOnNodes(known) && 'it is pressure on the nodes, not their size')],
    advice: 'The scheduler counts the nodes by reason: lower `resources`, add nodes, or mend their taints and labels.',
  },
  {
    cause: 'scheduler-silent',
    title: 'The pod has no node, and the scheduler says nothing',
    for: [
      suggestion(
        (known) =>
          nodeless(known) &&
          waitedIn(known, 'pod.schedule') >= SILENT_MS &&
          `the pod has waited for a node for ${formatDuration(waitedIn(known, 'pod.schedule'))}, without a word of the scheduler`,
      ),
    ],
    against: [
      refutation((known) => known.pod?.unschedulable?.data.message ?? warningLike(known, /^FailedScheduling: /)),
    ],
    advice:
      'Check kube-scheduler (its lease in kube-system), and whether the pod names a scheduler that does not exist.',
  },
  {
    cause: 'image',
    title: 'The image cannot be had',
    for: [
      proof((known) => startless(known) && waitingLike(known, IMAGE)),
      hint((known) => startless(known) && warningLike(known, /[Ii]mage/)),
    ],
    advice: 'Check the name and tag of the image, the registry, and the pull secret of the namespace.',
  },
  {
    cause: 'config-error',
    title: 'The container cannot be made as it is configured',
    for: [proof((known) => startless(known) && waitingLike(known, CONFIG))],
    advice: 'A Secret, ConfigMap, volume or user that the pod names is missing or wrong; its own words say which.',
  },
  {
    cause: 'start-error',
    title: 'The command cannot be started',
    for: [
      proof(
        ({ pod, stages }) =>
          // Under the seal helper the cluster may have seen a running container before its command turned out not to start.
          (stages['container.start'].broken ?? stages['container.run'].broken)?.cause === 'start-error' &&
          (pod?.ended?.data.message ?? pod?.ended?.data.reason),
      ),
    ],
    advice:
      'The program is not in the image, not executable, or the working directory does not exist. No shell is added: write `sh -c "…"` for one.',
  },
  {
    cause: 'refused-by-node',
    title: 'Its node refused the pod',
    for: [
      proof(
        (known) =>
          brokenBy(known, 'container.start') === 'refused-by-node' &&
          (known.pod?.ended?.data.message ?? known.pod?.ended?.data.reason),
      ),
    ],
    advice:
      'Nothing of it ran, so running it again is harmless (`retries`). `kubectl describe node` shows what the node lacks although the scheduler counted on it: a device plugin, or room, because others put pods on it by its name.',
  },
  {
    cause: 'start-interrupted',
    title: 'Its node could not start the container',
    for: [
      proof((known) => brokenBy(known, 'container.start') === 'start-interrupted' && known.pod?.ended?.data.message),
    ],
    advice:
      'Its kubelet was killed or restarted, its runtime was too slow, or the node has no room left: look at that node. The runtime has killed what had begun of the program, so running it again (`retries`) runs nothing twice at a time.',
  },
  {
    cause: 'start-silent',
    title: 'The container does not start, with no reason given',
    for: [
      suggestion(
        (known) =>
          startless(known) &&
          waitedIn(known, 'container.start') >= SILENT_MS &&
          `it has had a node for ${formatDuration(waitedIn(known, 'container.start'))}, and the container neither runs nor says why`,
      ),
    ],
    against: [refutation((known) => waitingLike(known, /^/) && `it says why: ${waitingLike(known, /^/)}`)],
    advice: 'Look at the kubelet of its node, and at `kubectl describe pod` for volumes that do not mount.',
  },
  {
    cause: 'node-pressure',
    title: 'The nodes are short of memory, disk or process ids',
    for: [
      proof((known) => nodeless(known) && pressureOnNodes(known)),
      suggestion(pressureMet),
      hint((known) => (pressureOnNodes(known) ?? pressureMet(known)) !== undefined && overlapping(known)),
    ],
    advice:
      'kubectl describe node shows the condition. Give the evaluations `resources` that say what they need, or run fewer at a time (LACUNA_CAPACITY).',
  },
];

function podless({ attempt, pod, stages }: Case): boolean {
  return attempt.job !== undefined && pod === undefined && stages['pod.create'].end === undefined;
}

/** What somebody changed of a Job that did not come to its end. */
function jobChange(known: Case): string | undefined {
  return known.hole && warningLike(known, /^(Suspended|ParallelismChanged): /);
}

function nodeless(known: Case): boolean {
  return known.pod?.created !== undefined && known.pod.scheduled === undefined && isStuckIn(known, 'pod.schedule');
}

function startless(known: Case): boolean {
  const { stages } = known;
  return isStuckIn(known, 'container.start') || stages['container.start'].broken?.cause === 'cannot-start';
}

function pressureOnNodes(known: Case): string | undefined {
  return pressureIn([known.pod?.unschedulable?.data.message, warningLike(known, /^FailedScheduling: /)]);
}

/** Pressure in the words of an end or a warning, whatever came of it. */
function pressureMet({ pod, attempt }: Case): string | undefined {
  const warned = Object.values(attempt.warnings).map(({ data }) => data.message);
  return pressureIn([pod?.gone?.data.message, pod?.ended?.data.message, ...warned]);
}

function pressureIn(messages: readonly (string | undefined)[]): string | undefined {
  return messages.find((message) => message !== undefined && PRESSURE.test(message));
}
