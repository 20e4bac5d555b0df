import type { EvaluationId } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { PodAdmission } from '../src/pod-admission.ts';

const WORDS = 'exceeded quota: five, requested: pods=1, used: pods=5, limited: pods=5';

/** A cluster with a quota on pods that tells of each pod and each refusal at once, and tries again when a pod ends. */
class QuotaCluster {
  readonly admission = new PodAdmission();
  now = 0;
  #next = 1;
  readonly #quota: () => number;
  readonly pods: number[] = [];
  readonly refused: number[] = [];

  constructor(quota: () => number) {
    this.#quota = quota;
  }

  /** Makes Jobs while nothing is in the way. */
  fill(most: number): void {
    for (let i = 0; i < most && this.admission.obstacle(this.now) === undefined; i++) this.#make(this.#next++);
  }

  /** The oldest pod ends, and the Job controller tries the refused ones again. */
  end(): void {
    const ended = this.pods.shift();
    if (ended !== undefined) this.admission.over(testId(ended), this.now);
    this.retry();
  }

  retry(): void {
    while (this.refused.length > 0 && this.pods.length < this.#quota()) this.#admit(this.refused.shift()!);
  }

  #make(job: number): void {
    this.admission.job(testId(job));
    if (this.pods.length < this.#quota()) return this.#admit(job);
    this.refused.push(job);
    this.admission.refuse(testId(job), WORDS, this.now);
  }

  #admit(job: number): void {
    this.pods.push(job);
    this.admission.pod(testId(job));
  }
}

/** A quota that has let so many have pods, and refused the next. `round` makes Jobs while nothing is in the way, which get their pods only then. */
function refusedAt(pods: number) {
  const admission = new PodAdmission();
  let next = 1;
  const round = (now: number, { pods: admitted = true, most = 100 } = {}): EvaluationId[] => {
    const made: EvaluationId[] = [];
    while (made.length < most && admission.obstacle(now) === undefined) {
      made.push(testId(next++));
      admission.job(made.at(-1)!);
    }
    if (admitted) for (const job of made) admission.pod(job);
    return made;
  };
  round(0, { most: pods });
  const [refused] = round(0, { most: 1, pods: false });
  admission.refuse(refused!, WORDS, 0);
  return { admission, round };
}

describe('what a quota on pods admits', () => {
  test('is not limited before one refuses', () => {
    const cluster = new QuotaCluster(() => Infinity);
    cluster.fill(200);
    expect([cluster.pods.length, cluster.admission.limit]).toEqual([200, undefined]);
  });

  test('is learned from the first refusal: no more Jobs are made than get pods', () => {
    const cluster = new QuotaCluster(() => 5);
    cluster.fill(200);
    expect([cluster.pods.length, cluster.refused.length]).toEqual([5, 1]);
    expect(cluster.admission.obstacle(0)).toEqual({
      cause: 'quota',
      detail: `a quota admits 5 pods at a time: ${WORDS}`,
    });
  });

  test('is used to the full: each pod that ends makes room for one Job', () => {
    const cluster = new QuotaCluster(() => 5);
    for (let i = 0; i < 100; i++) {
      cluster.fill(200);
      cluster.now += 10;
      cluster.end();
      cluster.fill(200);
      expect(cluster.pods.length).toBe(5);
      expect(cluster.refused.length).toBeLessThanOrEqual(1);
    }
  });

  test('is tried for more now and then, twice as much each time it is granted', () => {
    let quota = 5;
    const cluster = new QuotaCluster(() => quota);
    cluster.fill(200);
    cluster.end();
    quota = 100;
    cluster.fill(200);
    for (let i = 0; i < 8; i++) {
      cluster.now += 60_000;
      cluster.fill(200);
    }
    expect(cluster.pods.length).toBe(100);
  });

  test('is tried for twice as many at a time each time that all of them got pods, and for one again after a refusal', () => {
    const { admission, round } = refusedAt(5);
    admission.over(testId(6), 0);
    const many = Array.from({ length: 5 }, () => round(5_000));
    expect(many.map((jobs) => jobs.length)).toEqual([1, 2, 4, 8, 16]);
    const [first, ...rest] = round(5_000, { pods: false });
    admission.pod(first!);
    for (const job of rest) admission.refuse(job, WORDS, 5_000);
    for (const job of rest) admission.over(job, 5_000);
    expect(round(60_000).length).toBe(1);
  });

  test('is not tried again at once when the Job whose pod was refused needs none any more', () => {
    const { admission } = refusedAt(5);
    admission.over(testId(6), 20_000);
    expect(admission.obstacle(24_999)?.cause).toBe('quota');
    expect(admission.obstacle(25_000)).toBeUndefined();
  });

  test('is what has pods when the first is refused, not what had them before there was a quota', () => {
    const cluster = new QuotaCluster(() => (cluster.now === 0 ? Infinity : 5));
    cluster.fill(20);
    for (let i = 0; i < 15; i++) cluster.end();
    cluster.now = 1_000;
    cluster.fill(200);
    expect([cluster.pods.length, cluster.refused.length]).toEqual([5, 1]);
    expect(cluster.admission.limit).toBe(5);
  });

  test('is still what it was when a refusal comes while pods are on their way, and less when that lasts, or comes much later', () => {
    const refusedLaterAt = (at: number): PodAdmission => {
      const { admission, round } = refusedAt(5);
      admission.over(testId(6), 0);
      for (const ended of [1, 2]) admission.over(testId(ended), at);
      const probe = round(at, { pods: false }).at(-1);
      admission.refuse(probe!, WORDS, at);
      return admission;
    };
    const soon = refusedLaterAt(5_000);
    expect(soon.limit).toBe(5);
    soon.obstacle(29_999);
    expect(soon.limit).toBe(5);
    soon.obstacle(30_001);
    expect(soon.limit).toBe(3);
    expect(refusedLaterAt(40_000).limit).toBe(3);
  });

  test('is tried less often, the more often that was too much, but still once a minute', () => {
    const cluster = new QuotaCluster(() => 5);
    const probes: number[] = [];
    for (; cluster.now < 600_000; cluster.now += 1_000) {
      const before = cluster.refused.length;
      cluster.fill(200);
      if (cluster.refused.length > before) probes.push(cluster.now / 1_000);
      cluster.end();
    }
    const gaps = probes.slice(1).map((at, i) => at - probes[i]!);
    expect(gaps).toEqual([5, 10, 20, 40, ...gaps.slice(4).map(() => 60)]);
    expect(gaps.length).toBeGreaterThan(10);
  });

  test('is learned anew when it shrinks', () => {
    let quota = 20;
    const cluster = new QuotaCluster(() => quota);
    cluster.fill(200);
    quota = 3;
    for (let i = 0; i < 18; i++) cluster.end();
    for (; cluster.now < 120_000; cluster.now += 1_000) {
      cluster.fill(200);
      cluster.end();
    }
    expect(cluster.admission.limit).toBeLessThanOrEqual(4);
    expect(cluster.refused.length).toBeLessThanOrEqual(2);
  });

  test('a Job that ends without a pod is not waited for', () => {
    const cluster = new QuotaCluster(() => 1);
    cluster.fill(200);
    expect(cluster.admission.refused).toBe(1);
    cluster.admission.over(testId(2), 0);
    expect(cluster.admission.refused).toBe(0);
  });
});
