import { Story, testId } from '@lacuna/contracts/testing';
import { expect, test } from 'vitest';
import { diagnoseRange, digestOf, type Digest } from '../src/index.ts';
import { audited } from './given.ts';

const MINUTE = 60_000;

/** One that ran on a node and passed, or whose pod was evicted, at a minute of the hour. */
function ran(number: number, node: string, how: 'passed' | 'evicted', minute: number): Digest {
  const story = new Story(testId(number), Story.T0 + minute * MINUTE)
    .submitted({ name: `suite-${number % 7}`, labels: { team: node } })
    .jobCreated()
    .podCreated()
    .tell('pod-scheduled', { podUid: 'pod-1', node })
    .started()
    .after(1_000);
  const over =
    how === 'passed'
      ? story.ended().logClosed()
      : story.tell('pod-gone', { podUid: 'pod-1', cause: 'evicted', message: 'low on memory' }).logClosed({
          state: 'unsealed',
          reason: 'no seal',
        });
  const digest = digestOf(audited(over.reportRead()), { now: story.now });
  if (digest === undefined) throw new Error('never submitted');
  return digest;
}

test('names the node, the stage and the minutes that the broken ones share', () => {
  const sound = Array.from({ length: 60 }, (_, i) => ran(i, `node-${i % 3}`, 'passed', i));
  const broken = Array.from({ length: 8 }, (_, i) => ran(100 + i, 'node-9', 'evicted', 30 + i / 4));
  const found = diagnoseRange([...sound, ...broken]);
  expect(found).toMatchObject({ examined: 68, broken: 8, open: 0 });
  expect(found.causes).toMatchObject([{ cause: 'evicted', evaluations: 8 }]);
  expect(found.causes[0]?.examples).toHaveLength(5);
  const traits = Object.fromEntries(found.shared.map((trait) => [trait.trait, trait]));
  expect(traits['node']).toMatchObject({ value: 'node-9', broken: 8, others: 0 });
  expect(traits['broken stage']).toMatchObject({ value: 'container.run evicted', broken: 8 });
  expect(traits['window']?.statement).toMatch(/^7 of the 8 broken ones broke within 1m 30s/);
  expect(found.headline).toMatch(/^8 of 68 are broken; most often \(8\): The node evicted the pod; 8 of the 8/);
});

test('what the others have just as often is not a trait', () => {
  const sound = Array.from({ length: 60 }, (_, i) => ran(i, 'node-1', 'passed', i));
  const broken = Array.from({ length: 8 }, (_, i) => ran(100 + i, 'node-1', 'evicted', i * 7));
  const traits = diagnoseRange([...sound, ...broken]).shared.map(({ trait }) => trait);
  expect(traits).toEqual(['broken stage']);
});

test('one broken evaluation shares nothing with anybody', () => {
  expect(diagnoseRange([ran(1, 'node-1', 'evicted', 1), ran(2, 'node-2', 'passed', 2)]).shared).toEqual([]);
});

test('an empty range says so', () => {
  expect(diagnoseRange([]).headline).toBe('no evaluations in this range');
});
