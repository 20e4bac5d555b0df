import { formatDuration, type FactData } from '@lacuna/contracts';
import type { Case } from '../case.ts';
import { warningLike } from '../cluster-clues.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';
import { behind } from '../service-clues.ts';
import { isStuckIn, waitedIn } from '../stage-clues.ts';

type DelayCause = keyof FactData<'job-created'>['delaysMs'];

/** A request that takes this long to be answered is worth a word. Milliseconds. */
const SLOW_MS = 500;
/** An API server that lives answers within some hundred milliseconds; ten times that is silence. Milliseconds. */
const UNANSWERED_MS = 5_000;
const QUOTA = /exceeded quota|\bquota\b/i;

const BROKE_LATER = hint(
  ({ attempt, hole }) =>
    attempt.job !== undefined && hole !== undefined && 'the Job was created in the end; what broke came later',
);

/** Why there is no Job, or only a late one. */
export const JOB_RULES: readonly Rule[] = [
  {
    // Cause 5 of the seed's investigation: some evaluations get Jobs, others do not, because the API server limits the rate.
    cause: 'api-throttled',
    title: 'The Kubernetes API limits the rate of Job creation',
    for: [
      proof(
        (known) =>
          waitsFor(known, 'throttled') && `the cluster answers "too many requests": ${waitsFor(known, 'throttled')}`,
      ),
      suggestion(
        (known) =>
          lost(known, 'throttled') &&
          `its Job came late: ${lost(known, 'throttled')} lost to throttling, ${known.attempt.job?.data.requests} requests`,
      ),
    ],
    against: [BROKE_LATER],
    advice:
      "Look at apiserver_flowcontrol_rejected_requests_total and at who else writes to this API server; raise the share of dispatch's priority level, or lower LACUNA_CAPACITY. Nothing is lost: dispatch obeys Retry-After and goes on.",
  },
  {
    cause: 'api-unavailable',
    title: 'The cluster does not answer',
    for: [
      proof((known) => waitsFor(known, 'unavailable') && `no usable answer: ${waitsFor(known, 'unavailable')}`),
      suggestion(
        (known) =>
          lost(known, 'unavailable') &&
          `its Job came late: the cluster did not answer for ${lost(known, 'unavailable')}`,
      ),
    ],
    against: [BROKE_LATER],
    advice:
      'Check that the API server is up and can be reached from dispatch, and its credentials. Dispatch goes on asking for the same Job; it is never created twice.',
  },
  {
    cause: 'creation-limited',
    title: 'Lacuna itself slows down the creation of Jobs, because the cluster is struggling',
    for: [
      proof((known) => waitsFor(known, 'client') && `dispatch says: ${waitsFor(known, 'client')}`),
      suggestion(
        (known) => lost(known, 'client') && `its Job came late: ${lost(known, 'client')} lost to our own limit`,
      ),
    ],
    advice:
      'The limit fell because the API server answered late or refused, and rises by itself: look at the API server first.',
  },
  {
    cause: 'quota',
    title: 'A quota of the namespace is used up',
    for: [
      proof((known) => waitsFor(known, 'quota') && `the cluster refuses for now: ${waitsFor(known, 'quota')}`),
      proof((known) => podless(known) && warningLike(known, QUOTA)),
      hint((known) => podless(known) && tooSmall(known) && 'the quota could never hold it, so waiting is pointless'),
      suggestion((known) => lost(known, 'quota') && `its Job came late: ${lost(known, 'quota')} lost to the quota`),
      suggestion(
        (known) => !podless(known) && known.stages['pod.create'].outcome === 'late' && warningLike(known, QUOTA),
      ),
    ],
    advice:
      'kubectl describe resourcequota shows what is used and by whom. Free or raise it; the Job controller tries again by itself, more and more slowly.',
  },
  {
    cause: 'admission-denied',
    title: 'The cluster does not admit it',
    for: [
      proof(
        ({ attempt: { refused } }) =>
          (refused?.data.cause === 'denied' || refused?.data.cause === 'invalid') &&
          `refused for good: ${refused.data.message}`,
      ),
      proof((known) => podless(known) && deniedPod(known)),
    ],
    against: [
      refutation((known) => podless(known) && warningLike(known, QUOTA) && 'it is a quota, which may be free later'),
    ],
    advice:
      'Its own words say which policy, field or image is refused (Pod Security, a webhook, an invalid spec). Change the spec or the policy, and submit again.',
  },
  {
    cause: 'name-collision',
    title: 'Another object has the name of its Job',
    for: [proof(({ attempt: { refused } }) => refused?.data.cause === 'name-collision' && refused.data.message)],
    advice:
      'Something else creates Jobs with our names in this namespace. Give Lacuna a namespace of its own, then submit again.',
  },
  {
    cause: 'spec-lost',
    title: 'Its env values are gone',
    for: [proof(({ attempt: { refused } }) => refused?.data.cause === 'spec-lost' && refused.data.message)],
    advice: 'The stream LACUNA_ENV was emptied or is another one than before. Submit again.',
  },
  {
    cause: 'no-job',
    title: 'There is no Job, and the cluster has not said why',
    for: [
      suggestion(
        (known) =>
          jobless(known) &&
          waitedIn(known, 'job.create') >= UNANSWERED_MS &&
          `dispatch had a slot ${formatDuration(waitedIn(known, 'job.create'))} ago, and there is no answer about a Job`,
      ),
      suggestion((known) => jobless(known) && behind(known, 'dispatch')),
      suggestion(
        ({ stages }) => stages['job.create'].outcome === 'missing' && stages['job.create'].missing?.raised?.data.reason,
      ),
    ],
    against: [
      refutation(
        ({ attempt: { delays } }) =>
          (delays['throttled'] ?? delays['quota'] ?? delays['unavailable']) !== undefined &&
          'the cluster has said why it waits',
      ),
    ],
    advice:
      'Look at the log of dispatch for this evaluation, and whether the cluster holds a Job of its name. A restarted dispatch asks again and adopts what is there.',
  },
];

/** What a delay says while it lasts. */
function waitsFor({ attempt: { delays, job, refused } }: Case, cause: DelayCause): string | undefined {
  return job === undefined && refused === undefined ? delays[cause]?.data.detail : undefined;
}

function lost({ attempt }: Case, cause: DelayCause): string | undefined {
  const ms = attempt.job?.data.delaysMs[cause] ?? 0;
  return ms >= SLOW_MS ? formatDuration(ms) : undefined;
}

function jobless(known: Case): boolean {
  return known.attempt.job === undefined && known.attempt.refused === undefined && isStuckIn(known, 'job.create');
}

function podless({ attempt, pod }: Case): boolean {
  return attempt.job !== undefined && pod === undefined;
}

function tooSmall({ attempt }: Case): boolean {
  return Object.values(attempt.warnings).some(({ data }) => data.quota === 'too-small');
}

function deniedPod(known: Case): string | undefined {
  return warningLike(known, /^FailedCreate: /);
}
