import { formatDuration, timeoutOf } from '@lacuna/contracts';
import type { Case } from '../case.ts';
import { overlapping } from '../overlapping.ts';
import { hint, proof, refutation, suggestion, type Rule } from '../rule.ts';
import { hasSigkillExit } from '../sigkill-exit.ts';
import { brokenBy, wordsOfBreak } from '../stage-clues.ts';

/** Kubernetes keeps whole seconds: less is no evidence of an order. Milliseconds. */
const CLEARLY_BEFORE_MS = 1_500;

/** What else ended a container that ran, or was taken for its end, when it was not the program itself. */
export const RUN_RULES: readonly Rule[] = [
  {
    cause: 'killed',
    title: 'A signal killed the process',
    for: [
      proof(
        (known) =>
          brokenBy(known, 'container.run') === 'killed' && `ended by ${known.end?.signal}, which Lacuna did not send`,
      ),
      suggestion(
        (known) =>
          hasSigkillExit(known) && 'exit code 137: it, or the child that its shell waited for, was ended by SIGKILL',
      ),
    ],
    against: [
      refutation((known) => brokenBy(known, 'container.run') === 'oom-killed' && 'the kernel did: out of memory'),
      refutation((known) => brokenBy(known, 'container.run') === 'timeout' && 'Lacuna did, at the time limit'),
    ],
    advice:
      "Look for who sends signals on the node: the kernel log (OOM of a parent cgroup), a CI runner's clean-up, a liveness probe, an operator; or the program itself, which may signal itself or its group.",
  },
  {
    cause: 'stopped',
    title: 'It was stopped, and nobody had cancelled it',
    for: [
      proof(
        (known) =>
          (brokenBy(known, 'container.run') === 'stopped' || brokenBy(known, 'container.start') === 'stopped') &&
          'its end came by a stop, and no cancellation was ever asked for',
      ),
    ],
    advice:
      'Its agent was shut down, with its machine or by a signal; or somebody marked its pod as stopped. Submit it again.',
  },
  {
    cause: 'exit-contradicted',
    title: 'The cluster and the seal disagree about its exit',
    for: [proof((known) => wordsOfBreak(known, 'container.run', 'exit-contradicted'))],
    advice:
      'The helper of its pod was ended after the program: by the kernel (out of memory), or at the end of a grace period. What the program did is in the seal.',
  },
  {
    cause: 'duplicate-start',
    title: 'The cluster ran it twice',
    for: [proof((known) => wordsOfBreak(known, 'pod.create', 'duplicate-start'))],
    advice:
      'No single result can be believed: both pods may have written to the same things. See why the first pod was replaced (node lost, deleted), then submit again.',
  },
  {
    cause: 'restarted',
    title: 'The cluster restarted its container',
    for: [proof((known) => wordsOfBreak(known, 'container.run', 'restarted'))],
    advice:
      'Look for what changes Jobs or pods on their way in: a mutating webhook or policy that sets `restartPolicy`. Lacuna makes them with `Never`; exempt its namespace. Under `Never` it is the container runtime that lost the state of a container: see the log of containerd on the node.',
  },
  {
    cause: 'timed-out',
    title: 'It was still running at its time limit',
    for: [
      proof(
        (known) => brokenBy(known, 'container.run') === 'timeout' && `stopped at its time limit of ${limit(known)}`,
      ),
      hint((known) => brokenBy(known, 'container.run') === 'timeout' && lastInFlight(known)),
      hint((known) => brokenBy(known, 'container.run') === 'timeout' && overlapping(known)),
    ],
    advice: 'Raise `timeout` if it makes progress; if one test is in flight all the time, that test hangs.',
  },
  {
    cause: 'end-unseen',
    title: 'The end of the container was never reported',
    for: [
      suggestion(
        (known) =>
          known.stages['container.run'].outcome === 'missing' &&
          `no end within its time limit of ${limit(known)} and the grace behind it`,
      ),
    ],
    against: [refutation(({ pod }) => pod?.gone !== undefined && 'its pod is gone, and the cluster says why')],
    advice: 'Its node or the runtime hangs, or k8s-watch is not told of it. Check the node, then the log of k8s-watch.',
  },
  {
    // The seed's critical discovery: tests still run while the Job is taken for finished (`active: 0`).
    cause: 'premature-finish',
    title: 'It was reported finished while it was still running',
    for: [
      proof(
        (known) =>
          known.attempt.finished !== undefined &&
          runsOn(known) &&
          `the Job is reported finished (${known.attempt.finished.data.reason}), but nobody saw its container end`,
      ),
      proof(finishedBeforeEnd),
      hint((known) => (finishedBeforeEnd(known) || runsOn(known)) && lastInFlight(known)),
    ],
    against: [
      suggestion(
        ({ statement }) => statement?.state === 'truncated' && 'its log is cut, so tests may have ended unseen',
      ),
      suggestion(({ pod }) => pod?.gone !== undefined && `its pod is gone: ${pod.gone.data.cause}`),
    ],
    advice:
      'Believe the end of the container only. If a script of yours reads `active: 0` or the end of `kubectl logs`, that is the bug; `lacuna wait` does not.',
  },
];

function limit({ evaluation }: Case): string {
  return timeoutOf(evaluation.submitted?.data.spec);
}

function runsOn({ pod }: Case): boolean {
  return pod?.started !== undefined && pod.ended === undefined && pod.gone === undefined;
}

function finishedBeforeEnd({ attempt, pod }: Case): string | undefined {
  const early = (pod?.ended?.at ?? 0) - (attempt.finished?.at ?? Infinity);
  return early >= CLEARLY_BEFORE_MS
    ? `the Job was reported finished ${formatDuration(early)} before its container ended`
    : undefined;
}

function lastInFlight({ report, unaccounted }: Case): string | undefined {
  const test = report?.inFlight.at(-1);
  return test === undefined ? unaccounted : `${test} was running then`;
}
