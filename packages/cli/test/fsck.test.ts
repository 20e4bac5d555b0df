import type { Observation } from '@lacuna/cluster';
import type { EvaluationSummary } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { fold, viewOf } from '@lacuna/lifecycle';
import type { KeptEnv } from '@lacuna/messaging';
import { expect, test } from 'vitest';
import type { Difference } from '../src/fsck/difference.ts';
import { fsck } from '../src/fsck/fsck.ts';

const NO_LINKS = { self: '', log: '', events: '', trace: '' };
const HOUR_MS = 3_600_000;

interface Found {
  readonly stories: readonly Story[];
  /** What the list has otherwise of each. */
  readonly listed?: Partial<EvaluationSummary>;
  readonly env?: readonly KeptEnv[];
  readonly cluster?: readonly Observation[];
  /** When it is looked at; it goes on by a second whenever it is asked for. */
  readonly at: number;
}

/** What is said when the stores hold this. */
async function found({ stories, listed = {}, env = [], cluster = [], at }: Found): Promise<readonly Difference[]> {
  let now = at;
  const facts = stories.flatMap((story) => story.facts).map((told, i) => ({ ...told, seq: i + 1 }));
  const rows = stories.map(({ id }) => {
    const own = facts.filter(({ fact }) => fact.evaluation === id);
    return { ...viewOf(fold(id, own), NO_LINKS), findings: 0, ...listed };
  });
  const stores = {
    archive: undefined,
    bus: {
      follow: () => each([...facts, { kind: 'caught-up', seq: facts.length }]),
      keptEnv: () => each(env),
      unreadConsumers: async () => [],
    },
    client: { list: () => each([{ items: rows }]) },
    cluster: { observe: () => each([...cluster, { kind: 'synced' }]) },
    jaegerUrl: undefined,
    now: () => (now += 1_000),
  };
  return (await fsck(stores as never, new AbortController().signal)).differences;
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

/** An evaluation with env values, and these. */
function withEnv(n: number): { readonly story: Story; readonly kept: KeptEnv } {
  const story = new Story(testId(n));
  const ref = String(n).repeat(32);
  const spec = { name: 'suite', command: ['run'], env: ['TOKEN'] };
  story.tell('submitted', { spec, specHash: 'x', envRef: ref, via: 'http' });
  return { story, kept: { place: { evaluation: story.id, ref }, seq: n, storedAt: story.begin } };
}

function settle(story: Story): Story {
  return story.tell('settled', {
    verdict: 'passed',
    reason: '',
    evidenceAt: 0,
    notOwed: [],
    evidence: { absent: [] },
  });
}

test('names env values that no open evaluation needs, how old they are, and how to erase them', async () => {
  const [open, over] = [withEnv(1), withEnv(2)];
  settle(over.story);
  const unsaid = { ...open.kept, place: { ...open.kept.place, ref: 'f'.repeat(32) }, seq: 3 };
  const ofNobody = { ...unsaid, place: { ...unsaid.place, evaluation: testId(9) }, seq: 4 };
  const young = { ...ofNobody, seq: 5, storedAt: open.story.begin + 2 * HOUR_MS };
  const stories = [open.story, over.story];
  const env = [open.kept, over.kept, unsaid, ofNobody, young];
  const differences = await found({ stories, env, at: open.story.begin + 2 * HOUR_MS });
  expect(differences.map(({ store, evaluation, what }) => [store, evaluation, what])).toEqual([
    [
      'env values',
      over.story.id,
      expect.stringMatching(/^still there after the verdict: env values, stored 2h 00m ago/),
    ],
    [
      'env values',
      open.story.id,
      expect.stringMatching(/^left by a submission that was not accepted: .*LACUNA_ENV 3$/),
    ],
    ['env values', testId(9), expect.stringMatching(/^left by a submission that was not accepted: .*LACUNA_ENV 4$/)],
  ]);
});

test('names a Job that is still there more than a minute after its verdict', async () => {
  const story = new Story().submitted().jobCreated();
  settle(story);
  const job = { evaluation: story.id, attempt: 1, name: `${story.id}-a1`, uid: 'job-1', createdAt: 0 };
  const cluster: Observation[] = [{ kind: 'job', job, known: 'relisted' }];
  expect(await found({ stories: [story], cluster, at: story.now + 30_000 })).toEqual([]);
  expect(await found({ stories: [story], cluster, at: story.now + 90_000 })).toMatchObject([
    { store: 'cluster', what: expect.stringContaining('is still there more than a minute after the verdict') },
  ]);
});

test('goes by the figures of test results in the list, and not by the words that another version had for them', async () => {
  const story = new Story().running().ended();
  story.reportRead({ format: 'pytest', collected: 25, passed: 17, failed: 0, errored: 0, skipped: 0 });
  const { tests = '' } = viewOf(fold(story.id, story.facts), NO_LINKS) ?? {};
  expect(tests).toMatch(/17 of 25/);
  const [at, stories] = [story.now, [story]];
  expect(await found({ stories, listed: { tests: tests.replaceAll(' of ', '/') }, at })).toEqual([]);
  const listed = { tests: tests.replace('17', '18') };
  expect(await found({ stories, listed, at })).toMatchObject([
    { store: 'read model', what: expect.stringMatching(/^tests is listed as "18 of 25/) },
  ]);
});
