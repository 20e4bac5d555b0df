import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decide, fold, latestAttempt, stagesOf } from '../src/index.ts';

const WORDS = 'StartError: in the words of an older Lacuna';

/** A start that an older Lacuna called something else. */
const toldAs = (cause: string): Story =>
  new Story()
    .submitted()
    .jobCreated()
    .podCreated()
    .podScheduled()
    .neverStarted('context canceled')
    .after(10)
    .tell('finding-raised', { stage: 'container.start', cause, reason: WORDS, since: Story.T0, notOwed: [] });

const settled = (story: Story): Story =>
  story.after(10).tell('settled', {
    verdict: 'error',
    reason: WORDS,
    evidenceAt: story.now,
    notOwed: [],
    evidence: { absent: [] },
  });

function brokenStart({ id, facts }: Story) {
  const evaluation = fold(id, facts);
  return stagesOf(evaluation, latestAttempt(evaluation)).find(({ stage }) => stage === 'container.start')?.broken;
}

describe('what another version of Lacuna told of a stage that broke', () => {
  test('stands in its own words where a verdict rests on it', () => {
    expect(brokenStart(settled(toldAs('start-error')))).toMatchObject({ cause: 'start-error', reason: WORDS });
  });

  test('stands with its cause as well, and nothing of it is taken back', () => {
    const story = settled(toldAs('of-another-version'));
    expect(brokenStart(story)).toMatchObject({ cause: 'of-another-version', reason: WORDS });
    expect(decide(fold(story.id, story.facts), story.now + 1_000)).toEqual([]);
  });

  test('stands with its cause where an attempt was made again for it, and a later one made it good', () => {
    const cleared = { stage: 'container.start', cause: 'of-another-version', evidence: 'attempt 2 passed' } as const;
    const { id, facts } = toldAs('of-another-version').retryOrdered().after(10).tell('finding-cleared', cleared);
    const ofFirst = facts.map(({ fact, storedAt }) => ({ fact: { ...fact, attempt: 1 }, storedAt }));
    const evaluation = fold(id, ofFirst);
    const start = stagesOf(evaluation, evaluation.attempts[1]!).find(({ stage }) => stage === 'container.start');
    expect(start?.broken).toMatchObject({ cause: 'of-another-version', reason: WORDS });
  });

  test('is corrected while nothing rests on it', () => {
    const story = toldAs('of-another-version');
    expect(brokenStart(story)?.cause).toBe('start-error');
    expect(decide(fold(story.id, story.facts), story.now)).toMatchObject([
      { type: 'finding-cleared', data: { cause: 'of-another-version' } },
      { type: 'finding-raised', data: { cause: 'start-error' } },
      { type: 'settled', data: { verdict: 'error' } },
    ]);
  });

  test('stands also where the rules of today call it no break', () => {
    const told = { stage: 'container.run', cause: 'of-another-version', reason: WORDS, since: Story.T0 } as const;
    const story = settled(
      new Story()
        .running()
        .after(10)
        .ended()
        .tell('finding-raised', { ...told, notOwed: [] }),
    );
    const evaluation = fold(story.id, story.facts);
    const run = stagesOf(evaluation, latestAttempt(evaluation)).find(({ stage }) => stage === 'container.run');
    expect(run).toMatchObject({ outcome: 'failed', broken: { cause: 'of-another-version', reason: WORDS } });
    expect(decide(evaluation, story.now + 1_000)).toEqual([]);
  });

  test('does not hide what happened behind the verdict', () => {
    const told = { stage: 'container.run', cause: 'lost', reason: 'lost', since: Story.T0 } as const;
    const running = new Story().running().after(10);
    const { id, facts } = settled(running.tell('finding-raised', { ...told, notOwed: [] }))
      .after(10)
      .ended({ reason: 'OOMKilled', exitCode: 137 });
    const evaluation = fold(id, facts);
    const run = stagesOf(evaluation, latestAttempt(evaluation)).find(({ stage }) => stage === 'container.run');
    expect(run?.broken?.cause).toBe('oom-killed');
  });
});
