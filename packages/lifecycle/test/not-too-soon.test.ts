import type { Fact } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { decide, fold, join, nextDeadline, type Evaluation } from '../src/index.ts';
import { STORIES } from '../testing/index.ts';

const MINUTE_MS = 60_000;
const typesOf = (facts: readonly Fact[]): string[] => facts.map(({ type }) => type);

/** What is known after the facts that are due at a time are published. */
function afterLook(evaluation: Evaluation, now: number): Evaluation {
  return decide(evaluation, now).reduce((known, fact) => join(known, { fact, storedAt: now }), evaluation);
}

describe('after everything was stopped for an hour', () => {
  test.for(['noPod', 'neverEnds', 'logNeverCloses'] as const)(
    'what is missing of %s is told at once, and given up only after its grace',
    (story) => {
      const { id, facts, now } = STORIES[story]();
      const later = now + 60 * MINUTE_MS;
      const evaluation = afterLook(fold(id, facts), later);
      expect(Object.values(evaluation.findings)).toHaveLength(1);
      expect(evaluation.settled).toBeUndefined();
      const next = nextDeadline(evaluation) ?? 0;
      expect(next).toBeGreaterThanOrEqual(later + MINUTE_MS / 2);
      expect(decide(evaluation, next - 1)).toEqual([]);
      expect(typesOf(decide(evaluation, next))).toEqual(['settled']);
    },
  );

  test('a program that had passed meanwhile is passed, told by whoever is awake a moment later', () => {
    const story = STORIES.neverEnds();
    const woken = story.after(60 * MINUTE_MS).now;
    const evaluation = afterLook(fold(story.id, story.facts), woken);
    const { facts } = story.after(1_000).ended().logClosed().reportRead();
    const whole = facts.reduce(join, evaluation);
    expect(typesOf(decide(whole, story.now))).toEqual(['finding-cleared', 'settled']);
    expect(afterLook(whole, story.now).settled?.data.verdict).toBe('passed');
  });
});

describe('a node whose clock is ten minutes behind', () => {
  const SKEW_MS = 10 * MINUTE_MS;
  /** The node's facts tell its own time; when they were seen, our clock tells. */
  const told = (story: Story): Evaluation =>
    fold(
      story.id,
      story.facts.map(({ fact, storedAt }) =>
        fact.type.startsWith('container-')
          ? { fact: { ...fact, at: fact.at - SKEW_MS, seenAt: fact.at }, storedAt }
          : { fact, storedAt },
      ),
    );

  test('has a program that may run for its whole time', () => {
    const { now, ...story } = new Story().running({ timeout: '1m' });
    const evaluation = told({ ...story } as Story);
    expect(decide(evaluation, now + MINUTE_MS)).toEqual([]);
    expect(typesOf(decide(evaluation, now + 2 * MINUTE_MS))).toEqual(['finding-raised']);
  });

  test('has a log that is owed from when its end was seen', () => {
    const { now, ...story } = new Story().running().after(1_000).ended();
    const evaluation = told({ ...story } as Story);
    expect(decide(evaluation, now + 1_000)).toEqual([]);
    expect(typesOf(decide(evaluation, now + 30_000))).toEqual(['finding-raised']);
  });
});
