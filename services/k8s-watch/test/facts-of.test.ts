import type { PodSnapshot } from '@lacuna/cluster';
import { decodeFact, encodeFact, factSubject } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { factOfVanishedPod, factOfWarning, factsOfJob, factsOfPod } from '../src/facts-of.ts';

const ID = { evaluation: testId(), attempt: 1 };
const POD: PodSnapshot = { ...ID, name: 'p', uid: 'u', jobUid: 'j', createdAt: 10 };

describe('a pod snapshot', () => {
  test('says what it shows and nothing more', () => {
    expect(factsOfPod(POD, 'watched', 99).map((fact) => fact.type)).toEqual(['pod-created']);
    const started = { ...POD, scheduled: { node: 'n', at: 11 }, started: { containerId: 'c', at: 12 } };
    expect(factsOfPod(started, 'watched', 99).map((fact) => fact.type)).toEqual([
      'pod-created',
      'pod-scheduled',
      'container-started',
    ]);
  });

  test('keeps exit code, signal and reason apart and raw, even when they disagree', () => {
    const [, ended] = factsOfPod(
      { ...POD, ended: { at: 20, containerId: 'c', exitCode: 0, reason: 'OOMKilled' } },
      'watched',
      99,
    );
    expect(ended).toMatchObject({ type: 'container-ended', at: 20, data: { exitCode: 0, reason: 'OOMKilled' } });
    const [, lost] = factsOfPod({ ...POD, ended: { at: 20, reason: 'Lost', message: 'agent died' } }, 'relisted', 99);
    expect(lost?.data).not.toHaveProperty('exitCode');
    expect(lost?.known).toBe('relisted');
  });

  test('gives valid facts, however long the texts of the cluster are', () => {
    const long = 'x'.repeat(20_000);
    const pod: PodSnapshot = {
      ...POD,
      unschedulable: { message: long, at: 1 },
      waiting: { reason: long, message: long, permanent: false, at: 2 },
      ended: { at: 3, reason: 'Error', message: long },
      gone: { cause: 'evicted', message: long, at: 4 },
    };
    const warning = factOfWarning({ ...ID, object: 'job', uid: 'j', reason: long, message: long, at: 5 }, 'watched', 9);
    for (const fact of [...factsOfPod(pod, 'watched', 9), warning, factOfVanishedPod('u', ID, 9)]) {
      expect(decodeFact(factSubject(fact), encodeFact(fact))).toEqual(fact);
    }
  });
});

test('a Job says nothing before it has a terminal condition', () => {
  const job = { ...ID, name: 'j', uid: 'j', createdAt: 1 };
  expect(factsOfJob(job, 'watched', 9)).toEqual([]);
  expect(factsOfJob({ ...job, finished: { succeeded: false, reason: 'Failed', at: 5 } }, 'watched', 9)).toMatchObject([
    { type: 'job-finished', at: 5 },
  ]);
});

test('a vanished pod is inferred, with its final state unknown', () => {
  expect(factOfVanishedPod('u', ID, 9)).toMatchObject({ known: 'inferred', data: { cause: 'unknown' } });
});
