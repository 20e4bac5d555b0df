import { eventually } from '@lacuna/testing';
import { afterAll, beforeAll, test } from 'vitest';
import { startBus, type BusFixture } from './bus-fixture.ts';
import { podFact } from './pod-facts.ts';

let fixture: BusFixture;
beforeAll(async () => {
  fixture = await startBus();
});
afterAll(() => fixture[Symbol.asyncDispose]());

test('tells who follows the facts, who is behind, and who does not ask any more', async () => {
  const dispatch = await fixture.connect('lacuna-dispatch');
  const collect = await fixture.connect('lacuna-log-collect');
  const stop = new AbortController();
  const following = (async () => {
    for await (const _ of dispatch.follow({}, stop.signal)) continue;
  })();
  const held = Promise.withResolvers<void>();
  const consumer = { name: 'log-collect', service: 'log-collect', onFailure: () => undefined };
  const working = collect.work(
    { ...consumer, types: ['pod-created'], concurrency: 1 },
    () => held.promise,
    stop.signal,
  );
  await eventually('both ask', async () => {
    const states = await fixture.bus.readers();
    return ['dispatch', 'log-collect'].every((name) =>
      states.some(({ service, asking }) => service === name && asking),
    );
  });
  await fixture.bus.publishFact(podFact('pod-1'));
  await fixture.bus.publishFact(podFact('pod-2'));
  await eventually('one held, one waiting', async () => {
    const own = (await fixture.bus.readers()).find(({ service }) => service === 'log-collect');
    return own?.unanswered === 1 && own.pending === 1 && !own.asking;
  });
  held.resolve();
  await eventually('kept up', async () => {
    const own = (await fixture.bus.readers()).find(({ service }) => service === 'log-collect');
    return own?.unanswered === 0 && own.pending === 0;
  });
  stop.abort();
  await Promise.all([following, working]);
  await eventually(
    'who has left for good does not ask; who only followed is gone',
    async () => {
      const states = await fixture.bus.readers();
      return (
        states.every(({ service }) => service !== 'dispatch') &&
        states.some(({ service, asking }) => service === 'log-collect' && !asking)
      );
    },
    { withinMs: 90_000 },
  );
});
