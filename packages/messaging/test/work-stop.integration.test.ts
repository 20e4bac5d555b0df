import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { publishAll, startBus } from './bus-fixture.ts';
import { podFacts, uidOf } from './pod-facts.ts';
import { consumer } from './test-consumer.ts';

const FACTS = STREAMS.facts.name;

it('when stopped, waits for the running handler, begins nothing new and leaves the rest to others at once', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(3), { atOnce: 1 });
  const stop = new AbortController();
  const begun = Promise.withResolvers<void>();
  const finish = Promise.withResolvers<void>();
  const seen: string[] = [];
  const handler: Parameters<typeof fixture.bus.work>[1] = async (fact) => {
    begun.resolve();
    await finish.promise;
    seen.push(uidOf(fact));
  };
  const working = fixture.bus.work(consumer({ concurrency: 1 }), handler, stop.signal);
  await begun.promise;
  stop.abort();
  expect(await Promise.race([working.then(() => 'stopped'), delay(100, 'waits')])).toBe('waits');
  finish.resolve();
  await working;
  expect(seen).toEqual(['uid-0']);

  const next = new AbortController();
  const rest = (await fixture.connect()).work(consumer(), async (fact) => void seen.push(uidOf(fact)), next.signal);
  await eventually('the rest is handled', () => seen.length === 3, { withinMs: 90_000 });
  next.abort();
  await rest;
  expect(seen.sort()).toEqual(['uid-0', 'uid-1', 'uid-2']);
});

it('gives back at once what is sent to it while it stops', async () => {
  await using fixture = await startBus();
  const seen = new Set<string>();
  const handler: Parameters<typeof fixture.bus.work>[1] = async (fact) => void seen.add(uidOf(fact));
  const waiting = async (): Promise<boolean> => {
    const info = await fixture.raw.api<{ num_waiting: number }>(`CONSUMER.INFO.${FACTS}.worker`);
    return info.num_waiting > 0;
  };
  const facts = podFacts(20);
  for (const fact of facts) {
    const stop = new AbortController();
    const working = fixture.bus.work(consumer(), handler, stop.signal);
    await eventually('it waits for facts', waiting);
    const published = fixture.bus.publishFact(fact);
    stop.abort();
    await Promise.all([working, published]);
  }
  const stop = new AbortController();
  const working = fixture.bus.work(consumer(), handler, stop.signal);
  await eventually('all are handled', () => seen.size === facts.length, { withinMs: 90_000 });
  stop.abort();
  await working;
});
