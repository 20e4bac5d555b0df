import type { EvaluationId, Fact, FactOf } from '@lacuna/contracts';
import {
  findingKey,
  unknownAttempt,
  unknownEvaluation,
  type Attempt,
  type Evaluation,
  type Pod,
} from './evaluation.ts';

/** A fact with the moment at which the stream stored it, Unix milliseconds. */
export interface Recorded {
  readonly fact: Fact;
  readonly storedAt: number;
}

/** Folds facts into what is known. Facts of other evaluations are a caller's mistake and throw. */
export function fold(id: EvaluationId, facts: Iterable<Recorded>): Evaluation {
  let evaluation = unknownEvaluation(id);
  for (const recorded of facts) evaluation = join(evaluation, recorded);
  return evaluation;
}

/**
 * Adds one fact. A join in the sense of a semilattice: commutative, associative and idempotent, so that order and repetition of
 * delivery cannot matter (invariant I9). Nothing is ever taken back.
 */
export function join(evaluation: Evaluation, { fact, storedAt }: Recorded): Evaluation {
  if (fact.evaluation !== evaluation.id) throw new RangeError(`fact of ${fact.evaluation} joined to ${evaluation.id}`);
  switch (fact.type) {
    case 'submitted':
      return {
        ...evaluation,
        submitted: first(evaluation.submitted, fact),
        acceptedAt: Math.min(evaluation.acceptedAt ?? storedAt, storedAt),
      };
    case 'cancel-requested':
      return { ...evaluation, cancel: first(evaluation.cancel, fact) };
    case 'settled':
      return { ...evaluation, settled: first(evaluation.settled, fact) };
    case 'compared-alone': {
      const { comparisons = {} } = evaluation;
      return { ...evaluation, comparisons: withEntry(comparisons, String(fact.data.time), fact) };
    }
    case 'finding-raised':
    case 'finding-cleared':
      return withFinding(evaluation, fact);
    case 'orphan':
      // About an object that is none of this evaluation's.
      return evaluation;
    case 'log-stuck':
      // About the archive.
      return evaluation;
    default: {
      const attempt = evaluation.attempts[fact.attempt] ?? unknownAttempt(fact.attempt);
      return { ...evaluation, attempts: { ...evaluation.attempts, [fact.attempt]: joinAttempt(attempt, fact) } };
    }
  }
}

type AttemptFact = Exclude<
  Fact,
  {
    type:
      | 'submitted'
      | 'cancel-requested'
      | 'settled'
      | 'compared-alone'
      | 'finding-raised'
      | 'finding-cleared'
      | 'orphan'
      | 'log-stuck';
  }
>;
type PodFact = Exclude<
  AttemptFact,
  {
    type:
      | 'dispatch-delayed'
      | 'job-created'
      | 'job-refused'
      | 'job-finished'
      | 'job-gone'
      | 'cluster-warned'
      | 'retry-ordered';
  }
>;

function withFinding(
  evaluation: Evaluation,
  fact: Extract<Fact, { type: 'finding-raised' | 'finding-cleared' }>,
): Evaluation {
  const key = findingKey(fact.attempt, fact.data.stage, fact.data.cause);
  const finding = evaluation.findings[key] ?? {};
  const joined =
    fact.type === 'finding-raised'
      ? { ...finding, raised: first(finding.raised, fact) }
      : { ...finding, cleared: first(finding.cleared, fact) };
  return { ...evaluation, findings: { ...evaluation.findings, [key]: joined } };
}

function joinAttempt(attempt: Attempt, fact: AttemptFact): Attempt {
  switch (fact.type) {
    case 'dispatch-delayed':
      return { ...attempt, delays: withEntry(attempt.delays, fact.data.cause, fact) };
    case 'job-created':
      return { ...attempt, job: first(attempt.job, fact) };
    case 'job-refused':
      return { ...attempt, refused: first(attempt.refused, fact) };
    case 'job-finished':
      return { ...attempt, finished: first(attempt.finished, fact) };
    case 'job-gone':
      return { ...attempt, jobGone: first(attempt.jobGone, fact) };
    case 'retry-ordered':
      return { ...attempt, retry: first(attempt.retry, fact) };
    case 'cluster-warned':
      return { ...attempt, warnings: withEntry(attempt.warnings, `${fact.data.uid}/${fact.data.reason}`, fact) };
    default: {
      const pod = attempt.pods[fact.data.podUid] ?? { uid: fact.data.podUid, waiting: {} };
      return { ...attempt, pods: { ...attempt.pods, [pod.uid]: joinPod(pod, fact) } };
    }
  }
}

function joinPod(pod: Pod, fact: PodFact): Pod {
  switch (fact.type) {
    case 'pod-created':
      return { ...pod, created: first(pod.created, fact) };
    case 'pod-scheduled':
      return { ...pod, scheduled: first(pod.scheduled, fact) };
    case 'pod-unschedulable':
      return { ...pod, unschedulable: first(pod.unschedulable, fact) };
    case 'container-waiting':
      return { ...pod, waiting: withEntry(pod.waiting, fact.data.reason, fact) };
    case 'container-started':
      return { ...pod, started: first(pod.started, fact) };
    case 'container-ended':
      return { ...pod, ended: first(pod.ended, fact) };
    case 'pod-gone':
      return { ...pod, gone: first(pod.gone, fact) };
    case 'log-opened':
      return { ...pod, logOpened: first(pod.logOpened, fact) };
    case 'log-held-up':
      return { ...pod, logHeldUp: first(pod.logHeldUp, fact) };
    case 'log-closed':
      return { ...pod, logClosed: first(pod.logClosed, fact) };
    case 'report-read':
      return { ...pod, report: first(pod.report, withoutResults(fact)) };
    case 'log-archived':
      return { ...pod, logArchived: first(pod.logArchived, fact) };
    case 'log-removed':
      return { ...pod, logRemoved: first(pod.logRemoved, fact) };
    default:
      return fact satisfies never;
  }
}

/** Thousands of names that no verdict needs are not held in memory: whoever wants them reads the fact. */
function withoutResults(fact: FactOf<'report-read'>): FactOf<'report-read'> {
  const { results, ...data } = fact.data;
  return results === undefined ? fact : { ...fact, data };
}

function withEntry<F extends Fact>(
  entries: Readonly<Record<string, F>>,
  key: string,
  fact: F,
): Readonly<Record<string, F>> {
  return { ...entries, [key]: first(entries[key], fact) };
}

/**
 * Which of two facts with one identity stands. The stream keeps one message per subject, so they differ only in a hand-made history;
 * still the choice must not depend on arrival: the earlier one, then the smaller text.
 */
function first<F extends Fact>(known: F | undefined, incoming: F): F {
  if (known === undefined || known === incoming) return incoming;
  if (incoming.at !== known.at) return incoming.at < known.at ? incoming : known;
  return JSON.stringify(incoming) < JSON.stringify(known) ? incoming : known;
}
