import { describe, expect, test } from 'vitest';
import type { ApiJob } from '../src/api-objects.ts';
import { observationsOf } from '../src/observations-of.ts';
import { warningOfJob } from '../src/warning-of-job.ts';

const LABELS = { 'lacuna.dev/evaluation': 'ev-00000000000000000000000000', 'lacuna.dev/attempt': '2' };
const at = (second: number): string => new Date(second * 1_000).toISOString();

function job(spec: NonNullable<ApiJob['spec']>, labels: Readonly<Record<string, string>> = LABELS): ApiJob {
  const times = [{ time: at(5) }, { time: at(3) }, {}];
  return { metadata: { name: 'j', uid: 'u', labels, creationTimestamp: at(1), managedFields: times }, spec };
}

describe('J20: a Job', () => {
  test.for<[string, NonNullable<ApiJob['spec']>, string, RegExp]>([
    ['that is suspended', { suspend: true, parallelism: 1 }, 'Suspended', /until it is resumed it has no pod/],
    ['that may have no pod', { parallelism: 0 }, 'ParallelismChanged', /to 0: it has no pod/],
    ['that may have two', { parallelism: 2 }, 'ParallelismChanged', /to 2: it may have 2 pods/],
  ])('%s is told so, as of when it was last written', ([, spec, reason, words]) => {
    const message = expect.stringMatching(words) as string;
    const warning = {
      evaluation: LABELS['lacuna.dev/evaluation'],
      attempt: 2,
      object: 'job',
      uid: 'u',
      reason,
      message,
    };
    expect(warningOfJob(job(spec))).toEqual({ ...warning, at: 5_000 });
    expect(observationsOf('jobs', job(spec), 'watched').map(({ kind }) => kind)).toEqual(['job', 'warning']);
  });

  test('as we made it, and one that is not ours, is told as nothing else', () => {
    expect(warningOfJob(job({ suspend: false, parallelism: 1 }))).toBeUndefined();
    expect(warningOfJob(job({}))).toBeUndefined();
    expect(warningOfJob(job({ suspend: true }, {}))).toBeUndefined();
  });
});
