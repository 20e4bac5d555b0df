import { formatDuration } from '@lacuna/contracts';
import type { Case } from '../case.ts';
import { warningLike, waitingLike } from '../cluster-clues.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';
import { brokenBy, isStuckIn, waitedIn } from '../stage-clues.ts';
import { SILENT_MS } from './pod-rules.ts';

const IMAGE =
  /^(ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable|SignatureValidationFailed): /;
const CONFIG = /^(CreateContainerConfigError|CreateContainerError|RunContainerError|CreatePodSandboxError): /;

/** Why a pod that has a node has no running container. */
export const START_RULES: readonly Rule[] = [
  {
    cause: 'image',
    title: 'The image is not available',
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
];

function startless(known: Case): boolean {
  const { stages } = known;
  return isStuckIn(known, 'container.start') || stages['container.start'].broken?.cause === 'cannot-start';
}
