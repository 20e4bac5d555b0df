import { describe, expect, test } from 'vitest';
import type { ApiJob } from '../src/api-objects.ts';
import { snapshotOfJob } from '../src/snapshot-of-job.ts';
import { apiJob, at, EVALUATION, JOB, ms } from './objects.ts';

const condition = (type: string, more: object = {}) => ({ type, status: 'True', lastTransitionTime: at(7), ...more });
const job = (...conditions: object[]): ApiJob => apiJob('1', { conditions });
const stopped = (one: ApiJob): ApiJob => ({
  ...one,
  metadata: { ...one.metadata, annotations: { 'lacuna.dev/stopped': at(5) } },
});

describe('a Job', () => {
  test('is told with its name, its own uid and whose it is', () => {
    expect(snapshotOfJob(job())).toEqual({
      evaluation: EVALUATION,
      attempt: 1,
      name: JOB,
      uid: `uid-of-${JOB}`,
      createdAt: ms(0),
    });
  });

  test('without labels of ours, a name or a uid is none of ours', () => {
    const { metadata } = job();
    for (const other of [{ labels: {} }, { name: undefined }, { uid: undefined }])
      expect(snapshotOfJob({ metadata: { ...metadata, ...other } as never })).toBeUndefined();
  });

  test.for<[string, ApiJob, object | undefined]>([
    ['a condition that does not hold', job(condition('Failed', { status: 'False' })), undefined],
    ['what comes before its end', job(condition('FailureTarget'), condition('SuccessCriteriaMet')), undefined],
    [
      'success',
      job(condition('SuccessCriteriaMet'), condition('Complete')),
      { succeeded: true, reason: 'Complete', at: ms(7) },
    ],
    [
      'failure, with reason and words',
      job(condition('Failed', { reason: 'BackoffLimitExceeded', message: 'it failed' })),
      { succeeded: false, reason: 'BackoffLimitExceeded', message: 'it failed', at: ms(7) },
    ],
    [
      'failure without a time',
      job({ type: 'Failed', status: 'True', reason: 'Odd' }),
      { succeeded: false, reason: 'Odd', at: ms(0) },
    ],
    [
      'our own stop',
      stopped(job(condition('Failed', { reason: 'DeadlineExceeded' }))),
      { succeeded: false, reason: 'Stopped', at: ms(7) },
    ],
    [
      'success in spite of our stop',
      stopped(job(condition('Complete'))),
      { succeeded: true, reason: 'Complete', at: ms(7) },
    ],
    [
      'both, which is success',
      job(condition('Failed'), condition('Complete')),
      { succeeded: true, reason: 'Complete', at: ms(7) },
    ],
  ])('that shows %s has ended only by a condition that says so', ([, shown, finished]) => {
    expect(snapshotOfJob(shown)?.finished).toEqual(finished);
  });
});
