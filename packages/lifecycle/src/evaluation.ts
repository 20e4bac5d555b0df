import type { EvaluationId, FactOf } from '@lacuna/contracts';

/**
 * All that is known of one evaluation: its facts, each in its place, and nothing derived. Absent means "no such fact yet".
 * Plain data: two evaluations folded from the same facts are deeply equal, whatever the order (invariant I9).
 */
export interface Evaluation {
  readonly id: EvaluationId;
  readonly submitted?: FactOf<'submitted'>;
  /** When the stream stored `submitted`: the moment of acceptance. */
  readonly acceptedAt?: number;
  readonly cancel?: FactOf<'cancel-requested'>;
  readonly settled?: FactOf<'settled'>;
  /** By attempt number. */
  readonly attempts: Readonly<Record<number, Attempt>>;
  /** By {@link findingKey}. */
  readonly findings: Readonly<Record<string, Finding>>;
  /** By the number of the repetition; absent when it was not repeated by itself. */
  readonly comparisons?: Readonly<Record<number, FactOf<'compared-alone'>>>;
}

export interface Attempt {
  readonly number: number;
  /** By cause. */
  readonly delays: Readonly<Record<string, FactOf<'dispatch-delayed'>>>;
  readonly job?: FactOf<'job-created'>;
  readonly refused?: FactOf<'job-refused'>;
  readonly finished?: FactOf<'job-finished'>;
  readonly jobGone?: FactOf<'job-gone'>;
  /** By uid and reason. */
  readonly warnings: Readonly<Record<string, FactOf<'cluster-warned'>>>;
  /** By pod uid. */
  readonly pods: Readonly<Record<string, Pod>>;
  /** The attempt is over, and there is to be another one. */
  readonly retry?: FactOf<'retry-ordered'>;
}

export interface Pod {
  readonly uid: string;
  readonly created?: FactOf<'pod-created'>;
  readonly scheduled?: FactOf<'pod-scheduled'>;
  readonly unschedulable?: FactOf<'pod-unschedulable'>;
  /** By reason. */
  readonly waiting: Readonly<Record<string, FactOf<'container-waiting'>>>;
  readonly started?: FactOf<'container-started'>;
  readonly ended?: FactOf<'container-ended'>;
  readonly gone?: FactOf<'pod-gone'>;
  readonly logOpened?: FactOf<'log-opened'>;
  readonly logHeldUp?: FactOf<'log-held-up'>;
  readonly logClosed?: FactOf<'log-closed'>;
  readonly report?: FactOf<'report-read'>;
  readonly logArchived?: FactOf<'log-archived'>;
  readonly logRemoved?: FactOf<'log-removed'>;
}

export interface Finding {
  readonly raised?: FactOf<'finding-raised'>;
  readonly cleared?: FactOf<'finding-cleared'>;
}

/** An evaluation of which nothing is known yet. */
export function unknownEvaluation(id: EvaluationId): Evaluation {
  return { id, attempts: {}, findings: {} };
}

/** What makes a finding one finding, and one alert: attempt, stage and cause. */
export function findingKey(attempt: number, stage: string, cause: string): string {
  return `${attempt}/${stage}/${cause}`;
}

/** The hole in an attempt that is known and not filled: nothing behind it is owed meanwhile. */
export function openFinding(evaluation: Evaluation, attempt: Attempt): FactOf<'finding-raised'> | undefined {
  return Object.values(evaluation.findings).find(
    ({ raised, cleared }) => raised?.attempt === attempt.number && cleared === undefined,
  )?.raised;
}

/** An attempt of which nothing is known yet. */
export function unknownAttempt(number: number): Attempt {
  return { number, delays: {}, warnings: {}, pods: {} };
}

/** All attempts in order: the first one, and those that were ordered or of which there is any fact. */
export function attemptsOf(evaluation: Evaluation): Attempt[] {
  const known = Object.values(evaluation.attempts).flatMap(({ number, retry }) => [number, retry?.data.next ?? 1]);
  const numbers = [...new Set([1, ...known])].sort((a, b) => a - b);
  return numbers.map((number) => evaluation.attempts[number] ?? unknownAttempt(number));
}

/** The attempt that counts now. */
export function latestAttempt(evaluation: Evaluation): Attempt {
  return attemptsOf(evaluation).at(-1) ?? unknownAttempt(1);
}

/**
 * Pods of the attempt's Job. One with our labels that is known to belong to another Job, or to none, is somebody's copy: what it does is evidence of
 * nothing. k8s-watch tells of it as an orphan.
 */
export function podsOf(attempt: Attempt): Pod[] {
  return Object.values(attempt.pods).filter((pod) => isOf(attempt, pod));
}

function isOf({ job }: Attempt, { created }: Pod): boolean {
  return job === undefined || created === undefined || created.data.jobUid === job.data.jobUid;
}

/** The pod that stands for the attempt: the first one of its Job, by creation and then by uid so that every reader picks the same. */
export function primaryPod(attempt: Attempt): Pod | undefined {
  let first: Pod | undefined;
  for (const pod of Object.values(attempt.pods))
    if (isOf(attempt, pod) && (first === undefined || precedes(pod, first))) first = pod;
  return first;
}

function precedes(a: Pod, b: Pod): boolean {
  const difference = (a.created?.at ?? Infinity) - (b.created?.at ?? Infinity);
  return difference < 0 || (!(difference > 0) && a.uid < b.uid);
}

/** When the main container started, by whichever fact tells. */
export function startOf(pod: Pod): number | undefined {
  return pod.started?.at ?? pod.ended?.data.startedAt;
}

/** When we knew of it: another machine's clock may say that it was long before. */
export function seen(fact: { readonly at: number; readonly seenAt: number } | undefined): number | undefined {
  return fact && Math.max(fact.at, fact.seenAt);
}

/** The latest of several facts; of equally late ones the one with the smaller key, so that every reader picks the same. */
export function latest<F extends { readonly at: number }>(facts: Readonly<Record<string, F>>): F | undefined {
  const entries = Object.entries(facts).sort(([keyA, a], [keyB, b]) => b.at - a.at || (keyA < keyB ? -1 : 1));
  return entries[0]?.[1];
}
