import { Story, testId } from '@lacuna/contracts/testing';
import { STORIES, tellRemoval } from '@lacuna/lifecycle/testing';
import { describe, expect, test } from 'vitest';
import { RULES } from '../src/rules/all-rules.ts';
import { audited, diagnosisOf, logOf } from './given.ts';
import { SCENARIOS } from './scenarios/all-scenarios.ts';

test('every cause has a scenario and a near-miss', () => {
  expect(Object.keys(SCENARIOS).sort()).toEqual(RULES.map(({ cause }) => cause).sort());
});

describe.each(Object.entries(SCENARIOS))('%s', (cause, { ranksFirst, nearMiss }) => {
  test('is ranked first where it is the cause, with what speaks for it and what to do', () => {
    const { causes, headline } = ranksFirst();
    expect(causes.map((one) => one.cause)[0]).toBe(cause);
    expect(causes[0]?.for.length).toBeGreaterThan(0);
    expect(causes[0]?.advice).toMatch(/\w{3,}.*\.$/);
    expect(headline).toContain(causes[0]?.title);
  });

  test('is not ranked first where it only looks like it', () => {
    expect(nearMiss().causes[0]?.cause).not.toBe(cause);
  });
});

test.each(Object.entries(STORIES))('no story leaves a broken evaluation without a cause: %s', (_, story) => {
  const { condition, causes } = diagnosisOf(story().after(3_600_000));
  expect(condition === 'broken' ? causes.length : 1).toBeGreaterThan(0);
});

test('a verdict is told in words, as everywhere', () => {
  expect(diagnosisOf(STORIES.timedOut()).headline).toMatch(/^timed out \(stopped at its time limit/);
});

test('of an evaluation that passed, and nothing was late, nothing is said', () => {
  expect(diagnosisOf(STORIES.passedWithTests())).toMatchObject({ condition: 'sound', causes: [] });
});

test.each([
  [127, 'sh: 1: pytest: not found'],
  [127, 'bash: line 1: pytest: command not found'],
  [127, 'env: ‘node’: No such file or directory'],
  [126, '/bin/sh: 1: ./run.sh: Permission denied'],
])('exit code %d and "%s": it did not choose its exit code', (exitCode, line) => {
  const story = new Story().running().after(1_000).ended({ exitCode, reason: 'Error' }).logClosed().reportRead();
  const { causes } = diagnosisOf(story, { log: logOf(line) });
  expect(causes.map(({ cause }) => cause)).toEqual(['command-missing']);
  expect(causes[0]?.for).toContain(`the log ends with: ${line}`);
});

test('a pool that is exhausted at the end of the log says more than the exit code of a program that chose it', () => {
  const story = new Story().running().after(1_000).ended({ exitCode: 1, reason: 'Error' }).logClosed().reportRead();
  const log = logOf('begun', 'sqlalchemy: QueuePool limit of size 5 overflow 10 reached');
  const overlap = { evaluations: 2, broken: 0 };
  expect(diagnosisOf(story, { log, overlap }).causes.map(({ cause }) => cause)[0]).toBe('api-sessions');
});

test('a suite that passes by itself did not choose to fail: that it only fails together is said first, after one repetition too', () => {
  const story = new Story().running().after(1_000).ended({ exitCode: 3, reason: 'Error' }).logClosed().reportRead();
  const told = story.after(60_000).tell('compared-alone', {
    alone: testId(9),
    time: 1,
    outcome: 'passes-alone',
    from: story.now,
    failed: { both: [], onlyTogether: [], onlyAlone: [] },
    overlapped: [{ evaluation: testId(8), suite: 'unit', ms: 900 }],
    fought: [],
  });
  expect(diagnosisOf(told, { log: logOf('begun') }).causes.map(({ cause }) => cause)).toEqual([
    'interference',
    'exit-by-design',
  ]);
});

test('what removes a pod that was given up is not why it was', () => {
  const story = STORIES.badImage();
  const before = diagnosisOf(story);
  expect(before.causes.map(({ cause }) => cause)).toEqual(['image']);
  const { data } = audited(story).settled!;
  story
    .tell('finding-raised', {
      stage: 'container.start',
      cause: 'cannot-start',
      reason: 'InvalidImageName: bad:::name',
      since: story.now,
      notOwed: [],
    })
    .tell('settled', data)
    .after(2_000);
  tellRemoval(story);
  expect(diagnosisOf(story).causes).toEqual(before.causes);
});
