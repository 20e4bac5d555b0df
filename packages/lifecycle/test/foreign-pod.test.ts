import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decide, fold, openLogs } from '../src/index.ts';

const FOREIGN = 'foreign';

/** Somebody's copy of our pod, labels and all, which no Job of ours owns. */
const copied = (story: Story): Story =>
  story
    .tell('pod-created', { pod: 'copy', podUid: FOREIGN, jobUid: '' })
    .started(FOREIGN)
    .ended({ podUid: FOREIGN, pod: 'copy', containerId: 'c-copy', exitCode: 1, reason: 'Error' });

const ENDS = {
  'before the real pod': () =>
    copied(new Story().submitted().jobCreated()).madeToRun().ended().logClosed().reportRead(),
  'while it runs': () => copied(new Story().running()).ended().logClosed().reportRead(),
} as const;

describe('a pod with the labels of an evaluation that its Job does not own', () => {
  test.for(Object.keys(ENDS) as (keyof typeof ENDS)[])('%s is no evidence, and no second start', (when) => {
    const { id, facts, now } = ENDS[when]();
    const due = decide(fold(id, facts), now);
    expect(due.map(({ type, data }) => [type, 'verdict' in data && data.verdict])).toEqual([['settled', 'passed']]);
  });

  test('does not hold up the removal of the Job by its log', () => {
    const { id, facts } = ENDS['while it runs']();
    expect(openLogs(Object.values(fold(id, facts).attempts))).toEqual([]);
  });

  test('alone is not the pod that the Job should have', () => {
    const { id, facts, now } = copied(new Story().submitted().jobCreated());
    const [due] = decide(fold(id, facts), now + 60_000);
    expect(due?.type === 'finding-raised' && due.data).toMatchObject({ stage: 'pod.create', cause: 'missing' });
  });
});
