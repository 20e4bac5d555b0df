import { evaluationIdFrom } from '@lacuna/contracts';
import { expect, test } from 'vitest';
import { changes, type JobEntry } from '../src/agent/job-entry.ts';

const identity = { evaluation: evaluationIdFrom(new Uint8Array(16)), attempt: 1 };
const job = { ...identity, name: 'a', uid: 'job', createdAt: 1 };
const pod = { ...identity, name: 'a-pod', uid: 'pod', jobUid: 'job', createdAt: 1 };
const created: JobEntry = { job, pod, specHash: 'x', warnings: [] };

test('a new Job is told before its pod, and the end of the pod before that of the Job', () => {
  const ended: JobEntry = {
    ...created,
    pod: { ...pod, ended: { at: 2, reason: 'Completed' } },
    job: { ...job, finished: { succeeded: true, reason: 'Completed', at: 2 } },
  };
  expect(changes(undefined, created, 1).map(({ kind }) => kind)).toEqual(['job', 'pod']);
  expect(changes(created, ended, 2).map(({ kind }) => kind)).toEqual(['pod', 'job']);
});

test('only what changed is told', () => {
  const warning = { ...identity, object: 'job', uid: 'job', reason: 'R', message: 'm', at: 1 } as const;
  expect(changes(created, created, 1)).toEqual([]);
  expect(changes(created, { ...created, warnings: [warning] }, 1)).toEqual([
    { kind: 'warning', warning, known: 'watched' },
  ]);
});

test('a removed Job vanishes with its pod', () => {
  expect(changes(created, undefined, 5)).toEqual([
    { kind: 'vanished', object: 'pod', uid: 'pod', identity, at: 5 },
    { kind: 'vanished', object: 'job', uid: 'job', identity, at: 5 },
  ]);
});

test('a Job that was replaced under the same name is told as vanished and as new', () => {
  const next: JobEntry = { job: { ...job, uid: 'next' }, specHash: 'y', warnings: [] };
  expect(changes(created, next, 5).map((told) => ('uid' in told ? told.uid : told.kind))).toEqual([
    'pod',
    'job',
    'job',
  ]);
  expect(changes(created, next, 5).at(-1)).toMatchObject({ kind: 'job', job: { uid: 'next' } });
});
