import type { PodSnapshot } from '@lacuna/cluster';
import { decodeFact, encodeFact, factSubject } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import {
  factOfLostNode,
  factOfVanishedJob,
  factOfVanishedPod,
  factOfWarning,
  factsOfJob,
  factsOfPod,
} from '../src/facts-of.ts';

const ID = { evaluation: testId(), attempt: 2 };
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

test('every fact is of its own attempt, says when it was seen and how, and names what it is about', () => {
  const pod: PodSnapshot = {
    ...POD,
    scheduled: { node: 'n', at: 11 },
    started: { containerId: 'c', image: 'busybox:1', at: 12 },
    ended: { at: 13, containerId: 'c', startedAt: 12, exitCode: 7, reason: 'Error', message: 'last words' },
    gone: { cause: 'evicted', message: 'made room', at: 14 },
  };
  const about = { v: 1, ...ID, seenAt: 99, known: 'relisted' };
  expect(factsOfPod(pod, 'relisted', 99)).toEqual([
    { ...about, type: 'pod-created', at: 10, data: { pod: 'p', podUid: 'u', jobUid: 'j' } },
    { ...about, type: 'pod-scheduled', at: 11, data: { podUid: 'u', node: 'n' } },
    {
      ...about,
      type: 'container-started',
      at: 12,
      data: { pod: 'p', podUid: 'u', containerId: 'c', image: 'busybox:1' },
    },
    {
      ...about,
      type: 'container-ended',
      at: 13,
      data: {
        pod: 'p',
        podUid: 'u',
        containerId: 'c',
        startedAt: 12,
        exitCode: 7,
        reason: 'Error',
        message: 'last words',
      },
    },
    { ...about, type: 'pod-gone', at: 14, data: { podUid: 'u', cause: 'evicted', message: 'made room' } },
  ]);
  const finished = { succeeded: true, reason: 'Complete', message: 'all is well', at: 15 };
  expect(factsOfJob({ ...ID, name: 'j', uid: 'j', createdAt: 1, finished }, 'relisted', 99)).toEqual([
    {
      ...about,
      type: 'job-finished',
      at: 15,
      data: { jobUid: 'j', succeeded: true, reason: 'Complete', message: 'all is well' },
    },
  ]);
  const warning = { object: 'job', uid: 'j', reason: 'FailedCreate', message: 'exceeded', quota: 'full' } as const;
  expect(factOfWarning({ ...ID, ...warning, at: 16 }, 'relisted', 99)).toEqual({
    ...about,
    type: 'cluster-warned',
    at: 16,
    data: warning,
  });
  const inferred = { v: 1, ...ID, at: 17, seenAt: 17, known: 'inferred' };
  expect([
    factOfVanishedPod('u', ID, 17),
    factOfVanishedJob('j', ID, 17),
    factOfLostNode('u', ID, 'away', 17),
  ]).toMatchObject([
    { ...inferred, type: 'pod-gone', data: { podUid: 'u', cause: 'unknown' } },
    { ...inferred, type: 'job-gone', data: { jobUid: 'j' } },
    { ...inferred, type: 'pod-gone', data: { podUid: 'u', cause: 'node-lost', message: 'away' } },
  ]);
});

test('a Job tells its end in words that the stream can hold', () => {
  const finished = { succeeded: false, reason: 'Failed', message: 'x'.repeat(20_000), at: 5 };
  const [told] = factsOfJob({ ...ID, name: 'j', uid: 'j', createdAt: 1, finished }, 'watched', 9);
  expect(decodeFact(factSubject(told!), encodeFact(told!))).toEqual(told);
});
