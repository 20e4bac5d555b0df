import type { Observation } from '@lacuna/cluster';
import type { EvaluationId } from '@lacuna/contracts';
import { Story, testId } from '@lacuna/contracts/testing';
import { fold } from '@lacuna/lifecycle';
import { expect, test } from 'vitest';
import { Expectations } from '../src/expectations.ts';
import { Inventory, type Present } from '../src/inventory.ts';
import { orphanOf } from '../src/orphan-of.ts';
import { Orphans } from '../src/orphans.ts';

const T0 = Story.T0;
const verdict = { verdict: 'passed', reason: 'x', evidenceAt: 0 } as const;
const settled = (story: Story): Story => story.tell('settled', { ...verdict, notOwed: [], evidence: { absent: [] } });

const job = (evaluation: EvaluationId): Observation => ({
  kind: 'job',
  known: 'watched',
  job: { evaluation, attempt: 1, uid: `job of ${evaluation}`, name: `${evaluation}-a1`, createdAt: T0 },
});

/** Looks for orphans among the Jobs of these evaluations, while dispatch has come as far as `doneSeq`. */
function looking(stories: readonly Story[], more: readonly EvaluationId[] = [], doneSeq = Infinity) {
  const inventory = new Inventory();
  const ids = [...stories.map(({ id }) => id), ...more];
  for (const id of ids) inventory.note(job(id));
  const expectations = new Expectations();
  const reads: EvaluationId[] = [];
  const bus = {
    readFacts: async (id: EvaluationId) => {
      reads.push(id);
      const facts = stories.find((story) => story.id === id)?.facts ?? [];
      return facts.map((one, i) => ({ ...one, seq: i + 1 }));
    },
    doneUpTo: async () => [{ consumer: 'dispatch-clean-up', seq: doneSeq }],
  };
  const orphans = new Orphans({ bus, inventory, expectations, afterMs: 100, removalMs: 1_000 });
  return { orphans, inventory, expectations, reads };
}

test('what dispatch has only not said yet is told to nobody', async () => {
  const { orphans, reads } = looking([new Story().submitted()]);
  for (const at of [0, 100, 200]) expect(await orphans.look(T0 + at)).toEqual([]);
  expect(reads.length).toBeGreaterThan(0);
});

test('when there are thousands, each comes to its turn: those of which nothing is wrong hold up no other', async () => {
  const open = Array.from({ length: 120 }, (_, i) => new Story(testId(i + 1)).submitted());
  const orphan = testId(200);
  const { orphans, reads } = looking(open, [orphan]);
  await orphans.look(T0);
  const found: unknown[] = [];
  for (let at = 100; at < 200; at += 20) {
    const before = reads.length;
    found.push(...(await orphans.look(T0 + at)).map(({ evaluation }) => evaluation));
    expect(reads.length - before).toBeLessThanOrEqual(50);
  }
  expect(found).toEqual([orphan]);
});

test('a removal that has not come in time is counted as late, until it has come', async () => {
  const { orphans, inventory } = looking([settled(new Story().submitted())], [], 0);
  await orphans.look(T0);
  expect(orphans.late).toBe(0);
  expect(await orphans.look(T0 + 100)).toEqual([]);
  expect(orphans.late).toBe(1);
  inventory.note({
    kind: 'vanished',
    object: 'job',
    uid: `job of ${new Story().id}`,
    identity: { evaluation: new Story().id, attempt: 1 },
    at: T0,
  });
  await orphans.look(T0 + 120);
  expect(orphans.late).toBe(0);
});

test('a removal that came and left its Job there is late no more: that is an orphan', async () => {
  const { orphans, expectations } = looking([settled(new Story().submitted())], [], 0);
  for (const at of [0, 100]) await orphans.look(T0 + at);
  expect(orphans.late).toBe(1);
  const told: string[] = [];
  for (let at = 200; at <= 1_200; at += 100)
    for (const orphan of await orphans.look(T0 + at)) {
      told.push(orphan.data.why);
      expectations.add({ fact: orphan, storedAt: T0 + at });
    }
  expect(told).toEqual(['left-behind']);
  expect(orphans.late).toBe(0);
});

test('an orphan is told in words that say what is wrong with it', () => {
  const { id } = new Story();
  const found = (story: Story, more: Partial<Present> = {}): string | undefined => {
    const identity = { evaluation: id, attempt: 1 };
    const object: Present = { object: 'job', uid: 'job-1', name: `${id}-a1`, identity, jobUid: 'job-1', ...more };
    return orphanOf(object, fold(id, story.facts))?.message;
  };
  const created = (): Story => new Story().submitted().jobCreated();
  expect(found(created(), { object: 'pod', uid: 'bare', jobUid: '' })).toBe(
    `its labels say ${id}, but the pod belongs to no Job`,
  );
  expect(found(created(), { uid: 'other', jobUid: 'other' })).toBe(
    `its labels say ${id}, but the job is not of the Job job-1`,
  );
  expect(found(settled(created()))).toBe(`${id} is settled and the job is still there: its removal failed`);
  expect(found(settled(new Story().submitted()))).toMatch(/: the Job was created, but that was never stored$/);
});
