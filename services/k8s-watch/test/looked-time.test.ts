import type { Observation } from '@lacuna/cluster';
import { Story } from '@lacuna/contracts/testing';
import { expect, test } from 'vitest';
import { Expectations } from '../src/expectations.ts';
import { Inventory } from '../src/inventory.ts';
import { LookedTime } from '../src/looked-time.ts';
import { NodeLeases } from '../src/node-leases.ts';
import { Orphans } from '../src/orphans.ts';

const T0 = Story.T0;
const IDENTITY = { evaluation: new Story().id, attempt: 1 };
const HOUR_MS = 3_600_000;

function seen(...observations: readonly Observation[]): Inventory {
  const inventory = new Inventory();
  for (const observation of observations) inventory.note(observation);
  return inventory;
}

test('goes on with the clock, by little over a break, and never back', () => {
  const looked = new LookedTime();
  const begin = looked.at(T0);
  expect(looked.at(T0 + 2_500) - begin).toBe(2_500);
  expect(looked.at(T0 + HOUR_MS) - begin).toBe(12_500);
  expect(looked.at(T0) - begin).toBe(12_500);
  expect(looked.at(T0 + 1_000) - begin).toBe(13_500);
});

test('a node that was not ready for a moment has lost nothing because nobody looked for an hour', () => {
  const nodes = new NodeLeases(120_000);
  nodes.note({ name: 'n', ready: false, message: 'Kubelet stopped posting node status.' }, T0);
  const runs = { scheduled: { node: 'n', at: T0 }, started: { containerId: 'c', at: T0 } };
  const pod = { ...IDENTITY, uid: 'pod-1', name: 'p', jobUid: 'job-1', createdAt: T0, ...runs };
  const inventory = seen({ kind: 'pod', known: 'watched', pod });
  expect(nodes.lostPods(inventory, T0 + 2_500)).toEqual([]);
  // The news that it is ready again lies unread behind the break.
  expect(nodes.lostPods(inventory, T0 + HOUR_MS)).toEqual([]);
});

test('a Job that was about to be removed is no orphan because nobody looked for an hour', async () => {
  const bus = { readFacts: async () => [], doneUpTo: async () => [{ consumer: 'dispatch-clean-up', seq: Infinity }] };
  const job = { ...IDENTITY, uid: 'job-1', name: 'j', createdAt: T0 };
  const inventory = seen({ kind: 'job', known: 'watched', job });
  const orphans = new Orphans({
    bus,
    inventory,
    expectations: new Expectations(),
    afterMs: 100_000,
    removalMs: 1_800_000,
  });
  expect(await orphans.look(T0)).toEqual([]);
  expect(await orphans.look(T0 + HOUR_MS)).toEqual([]);
});
