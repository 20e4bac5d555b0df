import type { ChangeOutcome, JobRef } from '@lacuna/cluster';
import { factSubject, settledSubject, type FactType } from '@lacuna/contracts';
import { Story } from '@lacuna/contracts/testing';
import { describe, expect, test } from 'vitest';
import { cleanUp, CLEAN_UP_FACTS } from '../src/clean-up.ts';

const VERDICT = { reason: 'x', evidenceAt: 0, notOwed: [], evidence: { absent: [] } };
const JOB: JobRef = { name: `${new Story().id}-a1`, uid: 'job-1' };

/** What is removed when the last fact of the given type is handed out, with the whole story stored. */
async function removedAt(
  type: FactType,
  story: Story,
  answer: ChangeOutcome = { kind: 'done' },
  deleteEnv = async (): Promise<void> => undefined,
) {
  const stored = story.facts.map((told, i) => ({ ...told, seq: i + 1, subject: factSubject(told.fact) }));
  const told = stored.findLast(({ fact }) => fact.type === type)!;
  const removed: JobRef[] = [];
  const env: unknown[] = [];
  const bus = {
    readFact: async (subject: string) => stored.find((one) => one.subject === subject),
    // From the replica of the stream that is the furthest behind: it has what it is asked for, and nothing else.
    readFacts: async (_id: unknown, upTo = 0) => stored.filter(({ seq }) => seq <= upTo),
    deleteEnv: async (owner: unknown) => {
      await deleteEnv();
      env.push(owner);
    },
  };
  const remove = async (job: JobRef): Promise<ChangeOutcome> => (removed.push(job), answer);
  await cleanUp(told, bus, { remove }, AbortSignal.timeout(1_000));
  return { removed, env };
}

describe('the Job of an evaluation is removed', () => {
  test('when it is settled and its log is closed, by name and uid', async () => {
    const story = new Story()
      .running()
      .ended()
      .logClosed()
      .tell('settled', { verdict: 'passed', ...VERDICT });
    expect((await removedAt('settled', story)).removed).toEqual([JOB]);
  });

  test('not by the verdict while the log of a started container is open, and then by the end of the log', async () => {
    const open = () => new Story().running().tell('settled', { verdict: 'error', ...VERDICT });
    expect((await removedAt('settled', open())).removed).toEqual([]);
    expect((await removedAt('log-closed', open().logClosed())).removed).toEqual([JOB]);
  });

  test('when another attempt is ordered, of the attempt that is over and of no other', async () => {
    const retried = new Story().running().ended().logClosed().retryOrdered().madeToRun();
    expect((await removedAt('retry-ordered', retried)).removed).toEqual([JOB]);
    expect((await removedAt('retry-ordered', new Story().running().retryOrdered())).removed).toEqual([]);
  });

  test('by the verdict also of an earlier attempt whose log was open until then, and of one that never had a Job nothing', async () => {
    const retried = new Story().running().ended().logClosed().retryOrdered().madeToRun().ended().logClosed();
    const story = retried.retryOrdered().tell('settled', { verdict: 'passed', attempt: 3, ...VERDICT });
    const { removed } = await removedAt('settled', story);
    expect(removed.map(({ uid }) => uid)).toEqual(['job-1', 'job-2']);
  });

  test('once, by the verdict, when the end of the log is handed out only after it', async () => {
    const story = new Story()
      .running()
      .ended()
      .logClosed()
      .tell('settled', { verdict: 'passed', ...VERDICT });
    expect((await removedAt('log-closed', story)).removed).toEqual([]);
  });

  test('not before the verdict', async () => {
    expect((await removedAt('log-closed', new Story().running().ended().logClosed())).removed).toEqual([]);
  });

  test('not while a second pod that the cluster started has an open log', async () => {
    const story = new Story().running().podCreated('pod-2').started('pod-2').ended().logClosed();
    expect((await removedAt('settled', story.tell('settled', { verdict: 'error', ...VERDICT }))).removed).toEqual([]);
  });

  test('at its verdict when nothing ever started, so that nothing starts behind it', async () => {
    const story = new Story()
      .submitted()
      .jobCreated()
      .podCreated()
      .tell('settled', { verdict: 'error', ...VERDICT });
    expect((await removedAt('settled', story)).removed).toEqual([JOB]);
    expect((await removedAt('settled', story.neverStarted('no such file'))).removed).toEqual([JOB]);
  });

  test('and where there is none, because it was refused, nothing is', async () => {
    const story = new Story().submitted().tell('job-refused', { cause: 'denied', message: 'no' });
    expect((await removedAt('settled', story.tell('settled', { verdict: 'error', ...VERDICT }))).removed).toEqual([]);
  });

  test('again, when the cluster did not do it', async () => {
    const story = new Story()
      .submitted()
      .jobCreated()
      .tell('settled', { verdict: 'error', ...VERDICT });
    await expect(removedAt('settled', story, { kind: 'unavailable', message: '503' })).rejects.toThrow(/503/);
  });
});

test('env values go with the verdict, whether or not the log is closed', async () => {
  const story = new Story().running({ env: ['KEY'] }).tell('settled', { verdict: 'error', ...VERDICT });
  expect((await removedAt('settled', story)).env).toEqual([story.id]);
  expect(factSubject(story.facts.at(-1)!.fact)).toBe(settledSubject(story.id));
});

test('env values that could not be erased are erased by the next try', async () => {
  const story = new Story().running({ env: ['KEY'] }).tell('settled', { verdict: 'error', ...VERDICT });
  const away = () => Promise.reject(new Error('the stream does not answer'));
  await expect(removedAt('settled', story, { kind: 'done' }, away)).rejects.toThrow('does not answer');
});

test('env values stay for the next attempt, and while there is no verdict; a spec without any has none to erase', async () => {
  const retried = () =>
    new Story()
      .running({ env: ['KEY'] })
      .ended()
      .logClosed()
      .retryOrdered();
  expect((await removedAt('retry-ordered', retried())).env).toEqual([]);
  expect((await removedAt('log-closed', retried())).env).toEqual([]);
  const without = new Story().running().tell('settled', { verdict: 'error', ...VERDICT });
  expect((await removedAt('settled', without)).env).toEqual([]);
});

test('whichever of the facts that call for it comes last is heard', () => {
  expect(CLEAN_UP_FACTS.toSorted()).toEqual(['log-closed', 'retry-ordered', 'settled']);
});
