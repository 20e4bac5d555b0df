import {
  apiPod,
  at,
  EVALUATION,
  main,
  ms,
  snapshotOfPod,
  type ApiPod,
  type ObjectMeta,
} from '@lacuna/cluster-kubernetes/testing';
import { fact, type Fact, type FactOf } from '@lacuna/contracts';
import { decide, fold, join, nextDeadline, type Evaluation } from '@lacuna/lifecycle';
import { spansOf } from '@lacuna/trace';
import { factsOfPod } from '../../src/facts-of.ts';

/**
 * What the API server shows in each fault, as raw objects, through the adapter, the facts, the verdict, the spans and the findings: one
 * finding is one alert. Faults of the observation itself (W1 … W16) are tests of cluster-kubernetes and of this service.
 */
export const IDENTITY = { evaluation: EVALUATION, attempt: 1 };
export const POD_UID = apiPod().metadata?.uid ?? '';
export const SHA = 'a'.repeat(64);

/** One evaluation as the API server shows it, told second by second. */
export class Seen {
  readonly facts: { readonly fact: Fact; readonly storedAt: number }[] = [];

  constructor() {
    const spec = { name: 'suite', command: ['run'], timeout: '1m', report: 'none' as const };
    this.told(fact('submitted', { ...IDENTITY, at: ms(0) }, { spec, specHash: SHA, via: 'http' }));
    const job = { job: 'job', jobUid: 'uid-of-job', slotAt: ms(0), adopted: false, requests: 1, delaysMs: {} };
    this.told(fact('job-created', { ...IDENTITY, at: ms(0) }, job));
  }

  told(...facts: readonly Fact[]): this {
    this.facts.push(...facts.map((one) => ({ fact: one, storedAt: one.seenAt })));
    return this;
  }

  pod(second: number, status: ApiPod['status'], metadata: ObjectMeta = {}, isDeleted = false): this {
    const pod = snapshotOfPod(apiPod(status, metadata), isDeleted ? ms(second) : undefined);
    return pod === undefined ? this : this.told(...factsOfPod(pod, 'watched', ms(second)));
  }

  running(second = 3): this {
    return this.pod(second, { phase: 'Running', containerStatuses: main({ running: { startedAt: at(2) } }) });
  }

  log(second: number, statement: { readonly state?: 'none'; readonly reason?: string } = {}): this {
    const sealed = { state: 'sealed' as const, bytes: 1, lines: 1, sha256: SHA, sealedBytes: 1, tried: [] };
    return this.told(
      fact('log-closed', { ...IDENTITY, at: ms(second) }, { podUid: POD_UID, statement: { ...sealed, ...statement } }),
    );
  }

  /** Plays it to its end as the auditor does: publishes what is due, and lets time pass to the next deadline. */
  outcome() {
    let evaluation: Evaluation = fold(EVALUATION, []);
    const published: Fact[] = [];
    const publishDue = (now: number): void => {
      for (let due = decide(evaluation, now); due.length > 0; due = decide(evaluation, now)) {
        for (const one of due) evaluation = join(evaluation, { fact: one, storedAt: now });
        published.push(...due);
      }
    };
    for (const recorded of this.facts) {
      evaluation = join(evaluation, recorded);
      publishDue(recorded.storedAt);
    }
    for (let next = nextDeadline(evaluation); next !== undefined; next = nextDeadline(evaluation)) publishDue(next);
    const raised = published.filter((one): one is FactOf<'finding-raised'> => one.type === 'finding-raised');
    return {
      verdict: evaluation.settled?.data.verdict,
      reason: evaluation.settled?.data.reason ?? '',
      settledAt: evaluation.settled?.at ?? 0,
      alerts: raised.map(({ data }) => `${data.stage} ${data.cause}`),
      resolved: published.filter((one) => one.type === 'finding-cleared').length,
      spans: spansOf(evaluation),
    };
  }
}
