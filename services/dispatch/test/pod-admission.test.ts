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

  test('is tried less often, the more often that was too much', () => {
    const cluster = new QuotaCluster(() => 5);
    let probes = 0;
    for (; cluster.now < 600_000; cluster.now += 1_000) {
      const before = cluster.refused.length;
      cluster.fill(200);
      if (cluster.refused.length > before) probes++;
      cluster.end();
    }
    expect(probes).toBeGreaterThan(5);
    expect(probes).toBeLessThan(20);
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
