import { expect, it } from 'vitest';
import { deadSubject, factSubject, Failure, STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import type { FailedDelivery, RecordedFact } from '../src/index.ts';
import type { BatchConsumer } from '../src/work-batch.ts';
import { publishAll, startBus } from './bus-fixture.ts';
import { podFact, podFacts, uidOf } from './pod-facts.ts';

function consumer(settings: Partial<BatchConsumer> = {}): BatchConsumer & { readonly failed: FailedDelivery[] } {
  const failed: FailedDelivery[] = [];
  const onFailure = (failure: FailedDelivery): void => void failed.push(failure);
  return {
    name: 'exporter',
    service: 'tester',
    types: ['pod-created'],
    maxBatch: 10,
    // Longer than the server takes from one fact to the next on a busy machine, or a batch would end in between.
    maxWaitMs: 1_000,
    onFailure,
    failed,
    ...settings,
  };
}

it('hands over full batches when there is much, and what there is when there is little', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(25));
  const stop = new AbortController();
  const batches: number[] = [];
  const handler = async (facts: readonly RecordedFact[]): Promise<Set<RecordedFact>> => {
    batches.push(facts.length);
    return new Set(facts);
  };
  const working = fixture.bus.workBatch(consumer(), handler, stop.signal);
  await eventually('all are handled', () => batches.reduce((a, b) => a + b, 0) === 25);
  stop.abort();
  await working;
  expect(batches).toEqual([10, 10, 5]);
});

it('brings again the facts of a batch that were not done, and only those', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(5), { atOnce: 1 });
  const stop = new AbortController();
  const batches: string[][] = [];
  const handler = async (facts: readonly RecordedFact[]): Promise<Set<RecordedFact>> => {
    batches.push(facts.map(uidOf));
    return new Set(facts.filter((fact) => batches.length > 1 || uidOf(fact) !== 'uid-3'));
  };
  const working = fixture.bus.workBatch(consumer(), handler, stop.signal);
  await eventually('the other comes again', () => batches.length === 2);
  stop.abort();
  await working;
  expect(batches[1]).toEqual(['uid-3']);
});

it('brings a whole batch again when the handler says so', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(5));
  const stop = new AbortController();
  const done = new Set<string>();
  const batches: number[] = [];
  const handler = async (facts: readonly RecordedFact[]): Promise<Set<RecordedFact>> => {
    batches.push(facts.length);
    if (batches.length === 1) throw new Failure('overloaded', 'no collector', { retryAfterMs: 100 });
    for (const fact of facts) done.add(uidOf(fact));
    return new Set(facts);
  };
  const working = fixture.bus.workBatch(consumer(), handler, stop.signal);
  await eventually('all are done', () => done.size === 5);
  stop.abort();
  await working;
  expect(batches[0]).toBe(5);
});

it('finds the one fact that breaks a batch, puts it aside, and does the others', async () => {
  await using fixture = await startBus();
  await fixture.raw.client.request(factSubject(podFact('garbage')), 'garbage', { timeout: 5_000 });
  await publishAll(fixture.bus, podFacts(8));
  const stop = new AbortController();
  const done = new Set<string>();
  const handler = async (facts: readonly RecordedFact[]): Promise<Set<RecordedFact>> => {
    if (facts.some((fact) => uidOf(fact) === 'uid-5')) throw new RangeError('bad span');
    for (const fact of facts) done.add(uidOf(fact));
    return new Set(facts);
  };
  const spec = consumer({ maxWaitMs: 50 });
  const working = fixture.bus.workBatch(spec, handler, stop.signal);
  await eventually('two are put aside', async () => (await fixture.raw.count(STREAMS.dead.name)) === 2);
  stop.abort();
  await working;
  expect([...done].sort()).toEqual(['uid-0', 'uid-1', 'uid-2', 'uid-3', 'uid-4', 'uid-6', 'uid-7']);
  const letter = await fixture.raw.last(STREAMS.dead.name, deadSubject('tester'));
  expect(letter.headers).toContain('Lacuna-Reason: RangeError: bad span');
});

it('when stopped, lets the running batch end and gives the others back at once', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(20));
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const done = new Set<string>();
  const handler = async (facts: readonly RecordedFact[]): Promise<Set<RecordedFact>> => {
    begun.resolve();
    await finish.promise;
    for (const fact of facts) done.add(uidOf(fact));
    return new Set(facts);
  };
  const working = fixture.bus.workBatch(consumer(), handler, stop.signal);
  await begun.promise;
  stop.abort();
  finish.resolve();
  await working;
  expect(done.size).toBe(10);
  const next = new AbortController();
  const rest = (await fixture.connect()).workBatch(consumer(), handler, next.signal);
  await eventually('the rest is done', () => done.size === 20, { withinMs: 90_000 });
  next.abort();
  await rest;
});
