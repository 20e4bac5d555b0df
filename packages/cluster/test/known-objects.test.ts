import { evaluationIdFrom } from '@lacuna/contracts';
import { expect, test } from 'vitest';
import { KnownObjects, type Observation } from '../src/index.ts';

const identity = { evaluation: evaluationIdFrom(new Uint8Array(16)), attempt: 1 };

function job(uid: string, known: 'watched' | 'relisted'): Observation {
  return { kind: 'job', job: { ...identity, name: uid, uid, createdAt: 1 }, known };
}

function synced(at: number): Observation {
  return { kind: 'synced', at };
}

async function track(known: KnownObjects, watch: readonly Observation[]): Promise<Observation[]> {
  const told: Observation[] = [];
  for await (const observation of known.track(streamOf(watch))) told.push(observation);
  return told;
}

async function* streamOf(watch: readonly Observation[]): AsyncGenerator<Observation> {
  yield* await Promise.resolve(watch);
}

test('the first watch is passed on as it is', async () => {
  const watch = [job('a', 'relisted'), synced(1), job('b', 'watched')];
  expect(await track(new KnownObjects(), watch)).toEqual(watch);
});

test('what a relist does not tell any more has vanished, which is told before synced', async () => {
  const known = new KnownObjects();
  await track(known, [job('a', 'relisted'), synced(1), job('b', 'watched'), job('c', 'watched')]);
  expect(await track(known, [job('b', 'relisted'), synced(2)])).toEqual([
    job('b', 'relisted'),
    { kind: 'vanished', object: 'job', uid: 'a', identity, at: 2 },
    { kind: 'vanished', object: 'job', uid: 'c', identity, at: 2 },
    synced(2),
  ]);
});

test('what was told as vanished is not told so again', async () => {
  const known = new KnownObjects();
  const vanished: Observation = { kind: 'vanished', object: 'job', uid: 'a', identity, at: 1 };
  await track(known, [job('a', 'relisted'), synced(1), vanished]);
  expect(await track(known, [synced(2)])).toEqual([synced(2)]);
  expect(await track(known, [synced(3)])).toEqual([synced(3)]);
});

test('a relist that broke before synced says nothing about what is missing', async () => {
  const known = new KnownObjects();
  await track(known, [job('a', 'relisted'), job('b', 'relisted'), synced(1)]);
  expect(await track(known, [job('a', 'relisted')])).toEqual([job('a', 'relisted')]);
  expect(await track(known, [job('a', 'relisted'), job('b', 'relisted'), synced(2)])).toHaveLength(3);
});
