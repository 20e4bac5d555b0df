import { Story } from '@lacuna/contracts/testing';
import type { RecordedFact } from '@lacuna/messaging';
import { expect, test } from 'vitest';
import { RemovalProgress } from '../src/removal-progress.ts';

const verdict = { verdict: 'passed', reason: 'x', evidenceAt: 0, notOwed: [], evidence: { absent: [] } } as const;
const KEPT_MS = 100;

/** The story as it was stored: a fact at each place and millisecond, so that the last has the place of their number. */
const stored = (story: Story): RecordedFact[] =>
  story.facts.map(({ fact }, i) => ({ fact, seq: i + 1, storedAt: i + 1 }));
const settled = (story: Story): Story => story.tell('settled', { ...verdict, notOwed: [], evidence: { absent: [] } });
const created = stored(settled(new Story().submitted().jobCreated()));
const END = created.length;

/** Dispatch as it was seen: how far it was at which time. */
function progress(...seen: readonly (readonly [at: number, seq: number])[]): RemovalProgress {
  const removals = new RemovalProgress(KEPT_MS);
  const other = { consumer: 'trace-audit-export', seq: Infinity };
  for (const [at, seq] of seen) removals.note([other, { consumer: 'dispatch-clean-up', seq }], at);
  return removals;
}

test('a removal is done when dispatch is behind the fact that calls for it, and was seen to be so in time', () => {
  expect(progress([10, END]).doneBefore(created, 10)).toBe(true);
  expect(progress([10, END - 1]).doneBefore(created, 10)).toBe(false);
  expect(progress([10, END]).doneBefore(created, 9)).toBe(false);
  expect(progress([10, 0], [20, END], [30, END]).doneBefore(created, 20)).toBe(true);
  expect(progress([10, 0], [20, END], [30, END]).doneBefore(created, 19)).toBe(false);
});

test('that dispatch had nothing left to do says nothing of what was called for later', () => {
  expect(progress([END - 1, Infinity]).doneBefore(created, 1_000)).toBe(false);
  expect(progress([END, Infinity]).doneBefore(created, 1_000)).toBe(true);
});

test('of several facts that call for it the last counts: the log may be closed behind the verdict', () => {
  for (const story of [
    settled(new Story().running()).logClosed(),
    new Story().running().ended().logClosed().retryOrdered(),
  ]) {
    const facts = stored(story);
    expect(progress([1_000, facts.length]).doneBefore(facts, 1_000)).toBe(true);
    expect(progress([1_000, facts.length - 1]).doneBefore(facts, 1_000)).toBe(false);
  }
});

test('a dispatch that never was has done nothing, and where nothing is called for nothing is owed', () => {
  const removals = new RemovalProgress(KEPT_MS);
  removals.note([], 10);
  expect(removals.doneBefore(created, 10)).toBe(false);
  expect(removals.doneBefore(stored(new Story().running()), 10)).toBe(true);
});

test('what was seen as long ago as an object is given is remembered, however often it was looked since', () => {
  const looks = Array.from({ length: 40 }, (_, i) => [i * 10, i < 5 ? 0 : END] as const);
  const removals = progress(...looks);
  const now = looks.at(-1)![0];
  expect(removals.doneBefore(created, now - KEPT_MS)).toBe(true);
});
