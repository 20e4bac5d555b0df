import { Story, type ToldFact } from '@lacuna/contracts/testing';
import { expect, test } from 'vitest';
import { decide, fold, join, latestAttempt, stagesOf, type Evaluation } from '../src/index.ts';
import { STORIES, tellRemoval } from '../testing/index.ts';

const HOUR_MS = 3_600_000;

/** What is known when all is published that is due in the hour after the story. */
function settled(story: Story): Evaluation {
  let evaluation = fold(story.id, story.facts);
  for (const now of [story.now, story.now + HOUR_MS, story.now + 2 * HOUR_MS])
    for (const fact of decide(evaluation, now)) evaluation = join(evaluation, { fact, storedAt: now });
  return evaluation;
}

/** What is told when it is removed long after. */
function removal(story: Story): readonly ToldFact[] {
  const before = story.facts.length;
  tellRemoval(story.after(3 * HOUR_MS));
  return story.facts.slice(before);
}

const waiting = (): Story => new Story().submitted().jobCreated().podCreated();

test.for<[string, () => Story, string]>([
  ['an image whose name can not be', STORIES.badImage, 'failed'],
  [
    'an image that never came',
    () =>
      waiting()
        .podScheduled()
        .tell('container-waiting', { podUid: 'pod-1', reason: 'ImagePullBackOff', message: 'x', permanent: false }),
    'missing',
  ],
  [
    'a node that never was',
    () => waiting().tell('pod-unschedulable', { podUid: 'pod-1', message: '0/3 nodes' }),
    'missing',
  ],
])('the removal of a pod that was given up for %s changes nothing of its story', ([, tell, outcome]) => {
  const story = tell();
  const before = settled(story);
  expect(before.settled?.data.verdict).toBe('error');
  const stages = stagesOf(before, latestAttempt(before));
  expect(stages.map((stage) => stage.outcome)).toContain(outcome);
  const after = removal(story).reduce(join, before);
  expect(stagesOf(after, latestAttempt(after))).toEqual(stages);
  expect(decide(after, story.now + HOUR_MS)).toEqual([]);
});

test('a container that had started tells its end behind the verdict', () => {
  const story = STORIES.neverEnds();
  const before = settled(story);
  expect(before.settled).toBeDefined();
  const whole = story.after(3 * HOUR_MS).ended();
  const after = join(before, whole.facts.at(-1)!);
  expect(decide(after, story.now).map(({ type }) => type)).toEqual(['finding-cleared']);
});
