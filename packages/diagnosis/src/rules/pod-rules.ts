import { formatDuration } from '@lacuna/contracts';
import type { Case } from '../case.ts';
import { warningLike } from '../cluster-clues.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';
import { silentFor } from '../service-clues.ts';
import { waitedIn } from '../stage-clues.ts';

/** The API's word of a pod comes within milliseconds; silence means something after this long. */
export const SILENT_MS = 5_000;
/** Other evaluations would have made k8s-watch speak in this time. */
const WATCH_SILENT_MS = 30_000;

/** Why a Job has no pod, or only a late one. */
export const POD_RULES: readonly Rule[] = [
  {
    cause: 'job-changed',
    title: 'Somebody changed the Job, so that it gets no pod',
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
];

/** What somebody changed of a Job that did not come to its end. */
function jobChange(known: Case): string | undefined {
  return known.hole && warningLike(known, /^(Suspended|ParallelismChanged): /);
}

function podless({ attempt, pod, stages }: Case): boolean {
  return attempt.job !== undefined && pod === undefined && stages['pod.create'].end === undefined;
}
