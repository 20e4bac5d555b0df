import { STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBus, type BusFixture } from './bus-fixture.ts';
import { podFact } from './pod-facts.ts';

const WORKER = {
  name: 'worker',
  service: 'test',
  types: ['pod-created'],
  concurrency: 1,
  onFailure: () => undefined,
} as const;
const REFUSED = {
  code: 'overloaded',
  message: expect.stringMatching(/^NATS gives LACUNA_FACTS no more consumers: .*max_consumers/) as string,
};

let fixture: BusFixture;
const stop = new AbortController();
const working: string[] = [];
let worker: Promise<void>;
beforeAll(async () => {
  fixture = await startBus();
  const seen = Promise.withResolvers<void>();
  worker = fixture.bus.work(
    WORKER,
    async ({ fact }) => {
      working.push(fact.evaluation);
      seen.resolve();
    },
    stop.signal,
  );
  await fixture.bus.publishFact(podFact('pod-1'));
  await seen.promise;
  await fixture.raw.editStream(STREAMS.facts.name, { max_consumers: 1 });
});
afterAll(async () => {
  stop.abort();
  await worker;
  await fixture[Symbol.asyncDispose]();
});

test('who finds no place to follow from is told so, where, and what to do', async () => {
  await expect(fixture.bus.follow({}, stop.signal).next()).rejects.toMatchObject(REFUSED);
});

test('who finds no place to work from is told the same, and does not wait for ever', async () => {
  await expect(fixture.bus.work({ ...WORKER, name: 'late' }, async () => undefined, stop.signal)).rejects.toMatchObject(
    REFUSED,
  );
});

test('who has a place keeps it over a restart of the server', async () => {
  await fixture.nats.restart();
  await fixture.bus.publishFact(podFact('pod-2'));
  await eventually('it has worked', () => working.length === 2);
});
