import { readdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { LogArchive, type ObjectStore } from '@lacuna/log-archive';
import type { Bus } from '@lacuna/messaging';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { moveLog } from '../src/keep/move-log.ts';
import { removeLog } from '../src/keep/remove-log.ts';
import { startClosedLogs, type ClosedLog, type ClosedLogs } from './support/closed-logs.ts';
import { Crash, CrashPlan } from './support/crashing.ts';

const signal = AbortSignal.timeout(300_000);
const BUS_CALLS = [
  'readFact',
  'readFacts',
  'readLog',
  'logEnd',
  'publishFact',
  'purgeLog',
] as const satisfies (keyof Bus)[];
const STORE_CALLS = ['put', 'read', 'remove'] as const satisfies (keyof ObjectStore)[];

let logs: ClosedLogs;
beforeAll(async () => void (logs = await startClosedLogs()));
afterAll(() => logs[Symbol.asyncDispose]());

const whole = () => new CrashPlan(-1, 'before');
const depsOf = (plan: CrashPlan) => ({
  bus: plan.wrap(logs.bus, BUS_CALLS),
  archive: new LogArchive(plan.wrap(logs.store, STORE_CALLS)),
  now: Date.now,
});
const move = ({ log }: ClosedLog, plan = whole()): Promise<void> => moveLog(log, depsOf(plan), signal);
const remove = ({ log }: ClosedLog, plan = whole()): Promise<void> =>
  removeLog(log, { ...depsOf(plan), retentionMs: 3_600_000 }, signal);

const root = (): string => fileURLToPath(logs.store.name);
const objectsOf = async ({ log }: ClosedLog): Promise<string[]> =>
  (await readdir(root(), { recursive: true })).filter((name) => name.includes(`${log.evaluation}.`));

async function crashed(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => false,
    (error: unknown) => {
      if (error instanceof Crash) return true;
      throw error;
    },
  );
}

async function expectMoved(closed: ClosedLog): Promise<void> {
  expect(await closed.inStream()).toBe(0);
  expect(await closed.facts('log-archived')).toHaveLength(1);
  expect(await objectsOf(closed)).toHaveLength(1);
  for (const from of [0, 1, 150_000, closed.original.length - 1])
    expect(Buffer.compare(await closed.read(from), closed.original.subarray(from))).toBe(0);
}

async function expectRemoved(closed: ClosedLog): Promise<void> {
  expect(await closed.inStream()).toBe(0);
  expect(await objectsOf(closed)).toEqual([]);
  await expectGone(closed);
}

async function expectGone(closed: ClosedLog): Promise<void> {
  await expect(closed.read()).rejects.toMatchObject({
    code: 'log-removed',
    status: 410,
    message: expect.stringMatching(
      /^the log was removed by retention on 20..-.*, 1 h after .*: 300000 bytes, sha256 [0-9a-f]{64}$/,
    ) as string,
  });
}

/** As the facts have it: once its removal is told, nothing of it is shown. */
async function expectGoneOrWhole(closed: ClosedLog): Promise<void> {
  if ((await closed.facts('log-removed')).length > 0) return expectGone(closed);
  expect(Buffer.compare(await closed.read(), closed.original)).toBe(0);
}

/** Every step at which a process may end, before and after its effect. */
async function atEveryStep(run: (plan: CrashPlan) => Promise<boolean>): Promise<number> {
  for (const when of ['before', 'after'] as const)
    for (let at = 0; ; at++)
      if (!(await run(new CrashPlan(at, when)))) {
        if (when === 'after') return at;
        break;
      }
  return 0;
}

test('a moved log is in the archive and no more in the stream, and reads the same from any byte', async () => {
  const closed = await logs.add();
  await move(closed);
  await expectMoved(closed);
  await move(closed);
  await expectMoved(closed);
});

test('killed at any step, a log is readable all the while, and moved by whoever comes next', async () => {
  const steps = await atEveryStep(async (plan) => {
    const closed = await logs.add();
    if (!(await crashed(move(closed, plan)))) return false;
    expect(Buffer.compare(await closed.read(), closed.original)).toBe(0);
    await move(closed);
    await expectMoved(closed);
    return true;
  });
  expect(steps).toBeGreaterThan(6);
});

test('killed at any step, a log that is removed is told as removed, and removed by whoever comes next', async () => {
  for (const isMoved of [true, false]) {
    const steps = await atEveryStep(async (plan) => {
      const closed = await logs.add();
      if (isMoved) await move(closed);
      const isCrashed = await crashed(remove(closed, plan));
      if (isCrashed) await expectGoneOrWhole(closed);
      await remove(closed);
      await expectRemoved(closed);
      return isCrashed;
    });
    expect(steps).toBeGreaterThan(3);
  }
});

test('several replicas that move the same log, some of which are killed, leave it whole', async () => {
  const plans = fc.array(fc.record({ at: fc.nat(9), when: fc.constantFrom('before' as const, 'after' as const) }), {
    minLength: 2,
    maxLength: 4,
  });
  await fc.assert(
    fc.asyncProperty(plans, async (crashes) => {
      const closed = await logs.add();
      await Promise.all(crashes.map(({ at, when }) => crashed(move(closed, new CrashPlan(at, when)))));
      expect(Buffer.compare(await closed.read(), closed.original)).toBe(0);
      await move(closed);
      await expectMoved(closed);
    }),
    { numRuns: 25 },
  );
}, 120_000);

test('a log that is moved and removed at the same time leaves nothing behind', async () => {
  const crash = fc.record({ at: fc.nat(9), when: fc.constantFrom('before' as const, 'after' as const) });
  await fc.assert(
    fc.asyncProperty(crash, crash, async (mover, remover) => {
      const closed = await logs.add();
      await Promise.all([
        crashed(move(closed, new CrashPlan(mover.at, mover.when))),
        crashed(remove(closed, new CrashPlan(remover.at, remover.when))),
      ]);
      // Both are given to somebody else when they were not finished.
      await Promise.all([move(closed), remove(closed)]);
      await expectRemoved(closed);
    }),
    { numRuns: 15 },
  );
}, 120_000);

describe('nothing leaves the stream', () => {
  test('that is not whole there', async () => {
    const closed = await logs.add();
    const short = { ...closed.log, statement: { ...closed.log.statement, bytes: 300_001 } };
    await expect(moveLog(short, depsOf(whole()), signal)).rejects.toMatchObject({
      code: 'log-damaged',
      message: 'the stored log has 300000 bytes, its statement says 300001',
    });
    expect(await closed.inStream()).toBe(300_000);
  });

  test('while its results are not read', async () => {
    const closed = await logs.add();
    const unread = { ...depsOf(whole()), bus: { ...logs.bus, readFacts: async () => [] } };
    await expect(moveLog(closed.log, unread, signal)).rejects.toMatchObject({ code: 'overloaded' });
    expect(await closed.inStream()).toBe(300_000);
  });

  test('when the archive does not give back what it was given', async () => {
    const closed = await logs.add();
    const store: ObjectStore = {
      name: 'a store that loses a bit',
      put: (...args) => logs.store.put(...args),
      remove: (...args) => logs.store.remove(...args),
      list: (...args) => logs.store.list(...args),
      async read(...args) {
        const bytes = await logs.store.read(...args);
        if (bytes !== undefined) bytes[0] = (bytes[0] ?? 0) ^ 1;
        return bytes;
      },
    };
    const moving = moveLog(closed.log, { ...depsOf(whole()), archive: new LogArchive(store) }, signal);
    await expect(moving).rejects.toMatchObject({ code: 'log-damaged' });
    expect(await closed.inStream()).toBe(300_000);
    expect(await closed.facts('log-archived')).toEqual([]);
  });

  test('on the word of a fact: what is not in the archive any more is written anew', async () => {
    const closed = await logs.add();
    await crashed(move(closed, new CrashPlan(await purgeCall(), 'before')));
    const [object = ''] = await objectsOf(closed);
    for (const damage of [() => rm(join(root(), object)), () => writeFile(join(root(), object), 'other')]) {
      await damage();
      await crashed(move(closed, new CrashPlan(await purgeCall(), 'before')));
      expect(Buffer.compare(await closed.read(), closed.original)).toBe(0);
    }
    await move(closed);
    await expectMoved(closed);
  });

  /** The number of the call that purges the stream, counted on a log of its own; the last one. */
  async function purgeCall(): Promise<number> {
    const plan = whole();
    await move(await logs.add(), plan);
    return plan.calls - 1;
  }
});
