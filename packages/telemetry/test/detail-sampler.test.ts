import { createHash } from 'node:crypto';
import { ROOT_CONTEXT } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { DetailSampler } from '../src/detail-sampler.ts';

const traceId = (i: number): string => createHash('sha256').update(String(i)).digest('hex').slice(0, 32);

/** Asks for `spansPerSecond` spans of as many traces in each of so many seconds; how many were taken in each. */
function taken(seconds: number, spansPerSecond: number): number[] {
  let now = 0;
  const sampler = new DetailSampler(100, () => now);
  return Array.from({ length: seconds }, () => {
    let count = 0;
    for (let i = 0; i < spansPerSecond; i++) {
      now += 1_000 / spansPerSecond;
      const { decision } = sampler.shouldSample(ROOT_CONTEXT, traceId(i));
      if (decision === SamplingDecision.RECORD_AND_SAMPLED) count++;
    }
    return count;
  });
}

test('takes every span of an idle process', () => {
  expect(taken(5, 50)).toEqual([50, 50, 50, 50, 50]);
});

test('of a busy process, takes about as many as it may after the first second', () => {
  const [, ...later] = taken(5, 5_000);
  for (const count of later) {
    expect(count).toBeGreaterThan(60);
    expect(count).toBeLessThan(140);
  }
});

test('takes a trace as a whole, and the same ones in two processes under the same load', () => {
  const chosen = (): boolean[] => {
    let now = 0;
    const sampler = new DetailSampler(100, () => now);
    for (let i = 0; i < 1_000; i++) sampler.shouldSample(ROOT_CONTEXT, traceId((now = i)));
    now = 1_000;
    return Array.from({ length: 50 }, (_, i) => {
      const decisions = [1, 2, 3].map(() => sampler.shouldSample(ROOT_CONTEXT, traceId(i)).decision);
      expect(new Set(decisions).size).toBe(1);
      return decisions[0] === SamplingDecision.RECORD_AND_SAMPLED;
    });
  };
  expect(chosen()).toEqual(chosen());
  expect(new Set(chosen())).toEqual(new Set([true, false]));
});
