import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { publishAll, startBus } from './bus-fixture.ts';
import { podFact, podFacts, uidOf } from './pod-facts.ts';
import { consumer } from './test-consumer.ts';

it('hands every fact of its types to the handler, and facts of other types not', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  const seen: string[] = [];
  const working = fixture.bus.work(
    { ...consumer(), types: ['pod-scheduled'] },
    async ({ fact }) => void seen.push(fact.type),
    stop.signal,
  );
  await fixture.bus.publishFact(podFact('a'));
  const scheduled = { ...podFact('a'), type: 'pod-scheduled', data: { podUid: 'a', node: 'n' } } as const;
  await fixture.bus.publishFact(scheduled);
  await eventually('the fact is handled', () => seen.length > 0);
  stop.abort();
  await working;
  expect(seen).toEqual(['pod-scheduled']);
});

it('delivers a fact at once when idle', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  let handledAt = 0;
  const handler = async (): Promise<void> => void (handledAt = performance.now());
  const working = fixture.bus.work(consumer(), handler, stop.signal);
  const lags: number[] = [];
  for (const fact of podFacts(20)) {
    handledAt = 0;
    await fixture.bus.publishFact(fact);
    const storedAt = performance.now();
    await eventually('it is handled', () => handledAt > 0);
    lags.push(handledAt - storedAt);
  }
  stop.abort();
  await working;
  // One that is found by looking, and not sent, is seconds late.
  expect(lags.sort((a, b) => a - b)[10]).toBeLessThan(500);
});

it('gives the fact of a worker that died to another one', async () => {
  await using fixture = await startBus();
  const dying = await fixture.connect();
  const begun = Promise.withResolvers<void>();
  const hang = async (): Promise<void> => {
    begun.resolve();
    await new Promise(() => {});
  };
  void dying.work(consumer({ ackWaitMs: 500 }), hang, AbortSignal.timeout(20_000)).catch(() => undefined);
  await fixture.bus.publishFact(podFact('a'));
  await begun.promise;
  await dying[Symbol.asyncDispose]();

  const stop = new AbortController();
  const deliveries: number[] = [];
  const handler: Parameters<typeof fixture.bus.work>[1] = async (_, context) =>
    void deliveries.push(context.deliveries);
  const working = fixture.bus.work(consumer({ ackWaitMs: 500 }), handler, stop.signal);
  await eventually('it is delivered again', () => deliveries.length > 0);
  stop.abort();
  await working;
  expect(deliveries[0]).toBeGreaterThan(1);
});

it('lets a handler take three times the ack wait without delivering its fact to anyone else', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  let begun = 0;
  let done = 0;
  const slow = async (): Promise<void> => {
    begun++;
    await delay(4_500);
    done++;
  };
  const other = await fixture.connect();
  const workers = [fixture.bus, other].map((bus) => bus.work(consumer({ ackWaitMs: 1_500 }), slow, stop.signal));
  await fixture.bus.publishFact(podFact('a'));
  await eventually('it is done', () => done > 0);
  stop.abort();
  await Promise.all(workers);
  expect(begun).toBe(1);
});

it('shares the facts between two workers, each fact going to one of them', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  const seen: string[][] = [[], []];
  const buses = [fixture.bus, await fixture.connect()];
  const workers = buses.map((bus, i) =>
    bus.work(consumer({ concurrency: 2 }), async (fact) => void seen[i]?.push(uidOf(fact)), stop.signal),
  );
  await eventually('both wait for facts', async () => {
    const info = await fixture.raw.api<{ num_waiting: number }>(`CONSUMER.INFO.${STREAMS.facts.name}.worker`);
    return info.num_waiting === 2;
  });
  await publishAll(fixture.bus, podFacts(300));
  await eventually('all are handled', () => seen.flat().length >= 300);
  stop.abort();
  await Promise.all(workers);
  expect(new Set(seen.flat()).size).toBe(300);
  expect(seen.flat().length).toBe(300);
  expect(Math.min(...seen.map((own) => own.length))).toBeGreaterThan(0);
});

it('never handles more facts at a time than it is told to', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(50));
  const stop = new AbortController();
  let now = 0;
  let most = 0;
  let done = 0;
  const handler = async (): Promise<void> => {
    most = Math.max(most, ++now);
    // Longer than the server takes from one fact to the next.
    await delay(30);
    now--;
    done++;
  };
  const working = fixture.bus.work(consumer({ concurrency: 3 }), handler, stop.signal);
  await eventually('all are handled', () => done >= 50);
  stop.abort();
  await working;
  expect(most).toBe(3);
});
