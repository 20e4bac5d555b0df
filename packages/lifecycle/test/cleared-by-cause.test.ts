import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decide, fold } from '../src/index.ts';

const LOST = { stage: 'container.run', cause: 'node-lost' } as const;
const OOM = { stage: 'container.run', cause: 'oom-killed' } as const;
const MESSAGE = 'its node is gone';

/** A node is lost, and that is told. */
const lost = (): Story =>
  new Story()
    .running()
    .after(1_000)
    .tell('pod-gone', { podUid: 'pod-1', cause: 'node-lost', message: MESSAGE })
    .tell('finding-raised', { ...LOST, reason: MESSAGE, since: Story.T0, notOwed: [] })
    .after(1_000);
/** It comes back, and says what became of the container. */
const killed = (story: Story): Story => story.ended({ reason: 'OOMKilled', exitCode: 137 });
const settled = (story: Story): Story =>
  story.tell('settled', {
    verdict: 'error',
    reason: `container.run node-lost: ${MESSAGE}`,
    evidenceAt: story.now,
    notOwed: [],
    evidence: { absent: [] },
  });
const cleared = (story: Story): Story => story.tell('finding-cleared', { ...LOST, evidence: 'it came to its own end' });
/** The last fact was seen only behind what comes next. */
function seenLater(story: Story, next: (story: Story) => Story): Story {
  const { fact } = story.facts.pop()!;
  next(story.after(1)).after(1);
  story.facts.push({ fact: { ...fact, seenAt: story.now }, storedAt: story.now });
  return story;
}
const due = ({ id, facts, now }: Story) => decide(fold(id, facts), now);

describe('where another cause takes the place of what was told of a stage', () => {
  test.each([
    ['before there is a verdict', () => killed(lost())],
    ['behind the verdict', () => killed(settled(lost()).after(1))],
    ['behind the verdict, before which it was', () => seenLater(killed(lost().after(-1)), settled)],
  ])('that is cleared and the other is told, %s', (_, tell) => {
    expect(due(tell())).toMatchObject([
      { type: 'finding-cleared', data: LOST },
      { type: 'finding-raised', data: OOM },
    ]);
  });

  test.each([
    ['just before', () => settled(cleared(killed(lost())).after(1))],
    ['in the same moment as', () => settled(cleared(killed(lost())))],
    ['just behind', () => cleared(settled(killed(lost())).after(1))],
  ])('the other is told also when that was cleared %s the verdict of another auditor', (_, tell) => {
    const story = tell();
    const [raised, ...more] = due(story);
    expect([raised, more]).toMatchObject([{ type: 'finding-raised', data: OOM }, []]);
    story.facts.push({ fact: raised!, storedAt: story.now });
    expect(due(story)).toEqual([]);
  });
});
