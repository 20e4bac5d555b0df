import { expect, it } from 'vitest';
import { STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { publishAll, startBus } from './bus-fixture.ts';
import { podFact, podFacts, uidOf } from './pod-facts.ts';
import { consumer } from './test-consumer.ts';

const FACTS = STREAMS.facts.name;

it('goes on when its consumer is deleted under load', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  const seen = new Set<string>();
  const working = fixture.bus.work(consumer(), async (fact) => void seen.add(uidOf(fact)), stop.signal);
  const published = publishAll(fixture.bus, podFacts(400));
  for (const enough of [50, 200]) {
    await eventually('some are handled', () => seen.size > enough);
    await fixture.raw.api(`CONSUMER.DELETE.${FACTS}.worker`);
  }
  await published;
  await eventually('all are handled', () => seen.size === 400);
  stop.abort();
  await working;
});

it('handles every fact when the server is killed and restarted under load', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  const seen = new Set<string>();
  const working = fixture.bus.work(consumer(), async (fact) => void seen.add(uidOf(fact)), stop.signal);
  const published = publishAll(fixture.bus, podFacts(400));
  for (const enough of [50, 200]) {
    await eventually('some are handled', () => seen.size > enough);
    await fixture.nats.kill9();
    await fixture.nats.restart();
  }
  await published;
  await eventually('all are handled', () => seen.size === 400, { withinMs: 15_000 });
  stop.abort();
  await working;
});

it('takes over changed settings of a consumer that exists, and keeps its place', async () => {
  await using fixture = await startBus();
  const seen: string[] = [];
  const handleUntil = async (spec: ReturnType<typeof consumer>, enough: number): Promise<void> => {
    const stop = new AbortController();
    const working = fixture.bus.work(spec, async (fact) => void seen.push(uidOf(fact)), stop.signal);
    await eventually('it is handled', () => seen.length >= enough);
    stop.abort();
    await working;
  };
  await fixture.bus.publishFact(podFact('a'));
  await handleUntil(consumer(), 1);
  await fixture.bus.publishFact(podFact('b'));
  await handleUntil({ ...consumer({ ackWaitMs: 7_000 }), types: ['pod-created', 'pod-gone'] }, 2);
  expect(seen).toEqual(['a', 'b']);
  const { config } = await fixture.raw.api<{ config: object }>(`CONSUMER.INFO.${FACTS}.worker`);
  expect(config).toMatchObject({ ack_wait: 7e9, max_deliver: -1 });
});

it('ends with an error when the connection is closed under it', async () => {
  await using fixture = await startBus();
  const bus = await fixture.connect();
  const working = bus.work(consumer(), async () => {}, AbortSignal.timeout(20_000));
  const [outcome] = await Promise.allSettled([working, bus[Symbol.asyncDispose]()]);
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'overloaded' } });
});
