import { timeoutMsOf, timeoutOf, type Stage } from '@lacuna/contracts';
import {
  brokenLog,
  containerRunEnd,
  containerStartEnd,
  duplicateStart,
  endedAt,
  goneEnd,
  jobCreateEnd,
  jobGoneEnd,
  type StageEnd,
} from './break.ts';
import { brokenReport } from './report-break.ts';
import { latest, primaryPod, seen, startOf, type Attempt, type Evaluation, type Pod } from './evaluation.ts';

/** How the begin and the end of one stage are read from facts. Undefined = not known (yet). */
interface StageRule {
  readonly begin: (evaluation: Evaluation, attempt: Attempt) => number | undefined;
  readonly end: (evaluation: Evaluation, attempt: Attempt) => StageEnd | undefined;
  /**
   * From when the contract's time runs, where that is not the begin; undefined = not owed yet. What another machine's clock says may lie long in the
   * past, or in the future: so it is not before the moment at which we saw it (fault J27).
   */
  readonly owedFrom?: (evaluation: Evaluation, attempt: Attempt) => number | undefined;
  /** What is known about why it has not come. */
  readonly whyMissing: (evaluation: Evaluation, attempt: Attempt) => string;
  /** What is known while it goes on, where that is no wait for something: a program runs. Elsewhere the same as why it has not come. */
  readonly whileOpen?: (attempt: Attempt) => string | undefined;
}

/** The span contract as rules: one entry a stage, in the order of the evaluation's life. */
export const STAGE_RULES: Readonly<Record<Stage, StageRule>> = {
  submit: {
    // Accepted once, whatever number of attempts follows.
    begin: (evaluation, { number }) => (number === 1 ? evaluation.submitted?.at : undefined),
    end: (evaluation) => endedAt(evaluation.acceptedAt),
    whyMissing: () => 'never accepted',
  },
  queue: {
    begin: (evaluation, { number }) =>
      number === 1 ? evaluation.acceptedAt : evaluation.attempts[number - 1]?.retry?.at,
    end: (_, attempt) => endedAt(slotAt(attempt) ?? attempt.refused?.at ?? attempt.job?.at),
    whyMissing: (_, { delays }) => latest(delays)?.data.detail ?? 'dispatch has not taken it from the queue',
  },
  'job.create': {
    begin: (_, attempt) => slotAt(attempt) ?? attempt.refused?.at,
    end: (_, attempt) => jobCreateEnd(attempt),
    whyMissing: (_, { delays }) => latest(delays)?.data.detail ?? 'no answer from the cluster',
  },
  'pod.create': {
    begin: (_, attempt) => attempt.job?.at,
    owedFrom: (_, { job }) => seen(job),
    end: (_, attempt) =>
      ofPod(attempt, (pod) => endedAt(pod.created?.at ?? pod.scheduled?.at ?? startOf(pod), duplicateStart(attempt))) ??
      (primaryPod(attempt) === undefined ? jobGoneEnd(attempt) : undefined),
    whyMissing: (_, { warnings, finished }) =>
      saidBy(latest(warnings)) ?? jobEndOf(finished) ?? 'no pod for the Job, and no event that says why',
  },
  'pod.schedule': {
    begin: (_, attempt) => primaryPod(attempt)?.created?.at,
    owedFrom: (_, attempt) => seen(primaryPod(attempt)?.created),
    // A container that started or ended proves a node, even when the fact about the node never came.
    end: (_, attempt) =>
      ofPod(attempt, (pod) => endedAt(pod.scheduled?.at ?? startOf(pod) ?? pod.ended?.at) ?? goneEnd(pod)),
    whyMissing: (_, attempt) => primaryPod(attempt)?.unschedulable?.data.message ?? 'the scheduler has not said why',
  },
  'container.start': {
    begin: (_, attempt) => ofPod(attempt, (pod) => pod.scheduled?.at ?? startOf(pod) ?? pod.ended?.at),
    end: (evaluation, attempt) => ofPod(attempt, (pod) => containerStartEnd(evaluation, pod)),
    owedFrom: (_, attempt) => ofPod(attempt, (pod) => seen(pod.scheduled) ?? startOf(pod) ?? seen(pod.ended)),
    whyMissing: (_, attempt) =>
      saidBy(latest(primaryPod(attempt)?.waiting ?? {})) ?? 'the container waits, with no reason given',
  },
  'container.run': {
    begin: (_, attempt) => ofPod(attempt, startOf),
    end: (evaluation, attempt) => ofPod(attempt, (pod) => containerRunEnd(evaluation, pod)),
    owedFrom: (evaluation, attempt) =>
      ofPod(attempt, (pod) => plus(seen(pod.started) ?? startOf(pod), timeoutMsOf(evaluation.submitted?.data.spec))),
    whyMissing: (evaluation, attempt) =>
      `no end after its time limit of ${timeoutOf(evaluation.submitted?.data.spec)}: ${silenceOf(attempt) ?? 'hung, or its node is lost'}`,
    whileOpen: silenceOf,
  },
  'log.capture': {
    begin: (_, attempt) => ofPod(attempt, startOf),
    end: (_, attempt) => ofPod(attempt, (pod) => endedAt(pod.logClosed?.at, brokenLog(pod))),
    // Owed by the end of the container; while that is not known, container.run is the hole.
    owedFrom: (_, attempt) => ofPod(attempt, (pod) => seen(pod.ended) ?? seen(pod.gone)),
    whyMissing: (_, attempt) => {
      const { logOpened, logHeldUp } = primaryPod(attempt) ?? {};
      const held = heldUp(logHeldUp);
      return held ?? (logOpened === undefined ? 'the log was never opened' : 'the capture did not come to an end');
    },
    whileOpen: (attempt) => heldUp(primaryPod(attempt)?.logHeldUp),
  },
  'report.read': {
    begin: (evaluation, attempt) =>
      evaluation.submitted?.data.spec.report === 'none' ? undefined : ofPod(attempt, (pod) => pod.logClosed?.at),
    end: (evaluation, attempt) => ofPod(attempt, (pod) => endedAt(pod.report?.at, brokenReport(evaluation, pod))),
    whyMissing: () => 'the log is closed, but nobody read its test results',
  },
  verdict: {
    begin: (evaluation, { number }) =>
      number === (evaluation.settled?.data.attempt ?? 1) ? evaluation.settled?.data.evidenceAt : undefined,
    end: (evaluation) => endedAt(evaluation.settled?.at),
    whyMissing: () => 'the auditor has not settled it',
  },
};

/** When dispatch had a slot: the earliest claim, so that a crash in between cannot move it (a span must be the same at each export). */
function slotAt({ delays, job, refused }: Attempt): number | undefined {
  const claims = Object.values(delays)
    .map((delay) => delay.data.slotAt)
    .filter((at) => at !== undefined);
  return claims.length > 0 ? Math.min(...claims) : (job?.data.slotAt ?? refused?.data.slotAt);
}

function saidBy(
  fact: { readonly data: { readonly reason: string; readonly message: string } } | undefined,
): string | undefined {
  return fact === undefined ? undefined : `${fact.data.reason}: ${fact.data.message}`;
}

/** A Job can end without ever having a pod (fault J5). */
function jobEndOf(finished: Attempt['finished']): string | undefined {
  if (finished === undefined) return undefined;
  const { reason, message } = finished.data;
  return `the Job ended without a pod: ${message === undefined ? reason : `${reason}: ${message}`}`;
}

/** What the cluster last warned about the pod is the best guess at why it is silent (fault J9). */
function silenceOf(attempt: Attempt): string | undefined {
  const pod = primaryPod(attempt);
  const warnings = Object.entries(attempt.warnings).filter(([, warning]) => warning.data.uid === pod?.uid);
  return saidBy(latest(Object.fromEntries(warnings)));
}

function heldUp(logHeldUp: Pod['logHeldUp']): string | undefined {
  return logHeldUp && `the log store has no room: ${logHeldUp.data.why}`;
}

function ofPod<T>(attempt: Attempt, read: (pod: Pod) => T | undefined): T | undefined {
  const pod = primaryPod(attempt);
  return pod === undefined ? undefined : read(pod);
}

function plus(time: number | undefined, ms: number): number | undefined {
  return time === undefined ? undefined : time + ms;
}
