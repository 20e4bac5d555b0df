import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { deadSubject, factSubject, Failure, STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import type { FailedDelivery } from '../src/index.ts';
import { publishAll, startBus, type BusFixture } from './bus-fixture.ts';
import { podFact, podFacts, uidOf } from './pod-facts.ts';

const FACTS = STREAMS.facts.name;

/** A consumer of the facts that `podFact` makes, and what it reported. */
function consumer({ concurrency = 8, ackWaitMs = 30_000 } = {}): Parameters<BusFixture['bus']['work']>[0] & {
  readonly failed: FailedDelivery[];
} {
  const failed: FailedDelivery[] = [];
  const onFailure = (failure: FailedDelivery): void => void failed.push(failure);
  return { name: 'worker', service: 'tester', types: ['pod-created'], concurrency, ackWaitMs, onFailure, failed };
}

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

it('delivers a fact within 50 ms when idle', async () => {
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
  expect(lags.sort((a, b) => a - b)[10]).toBeLessThan(50);
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
  expect(deliveries).toEqual([2]);
});

it('lets a handler take three times the ack wait without delivering its fact to anyone else', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  let begun = 0;
  let done = 0;
  const slow = async (): Promise<void> => {
    begun++;
    await delay(1_500);
    done++;
  };
  const other = await fixture.connect();
  const workers = [fixture.bus, other].map((bus) => bus.work(consumer({ ackWaitMs: 500 }), slow, stop.signal));
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
    await delay(2);
    now--;
    done++;
  };
  const working = fixture.bus.work(consumer({ concurrency: 3 }), handler, stop.signal);
  await eventually('all are handled', () => done >= 50);
  stop.abort();
  await working;
  expect(most).toBe(3);
});

it('puts what is no fact aside, with the reason and the bytes as they were, and goes on', async () => {
  await using fixture = await startBus();
  const poison = Uint8Array.from([0xff, 0x00, 0x7b]);
  const subject = factSubject(podFact('poison'));
  await fixture.raw.client.request(subject, poison, { timeout: 5_000 });
  await publishAll(fixture.bus, podFacts(10));
  const stop = new AbortController();
  const seen: string[] = [];
  const spec = consumer({ concurrency: 1 });
  const working = fixture.bus.work(spec, async (fact) => void seen.push(uidOf(fact)), stop.signal);
  await eventually('the others are handled', () => seen.length === 10);
  stop.abort();
  await working;
  const letter = await fixture.raw.last(STREAMS.dead.name, deadSubject('tester'));
  expect([...letter.body]).toEqual([...poison]);
  expect(letter.headers).toContain(`Lacuna-Subject: ${subject}`);
  expect(letter.headers).toContain('Lacuna-Sequence: 1');
  expect(letter.headers).toContain('Lacuna-Reason: fact-invalid: ');
  expect(spec.failed).toMatchObject([{ settlement: { kind: 'dead' }, subject, seq: 1, deliveries: 1 }]);
});

it('tries again what is to be tried again, after the delay that was asked for', async () => {
  await using fixture = await startBus();
  await fixture.bus.publishFact(podFact('a'));
  const stop = new AbortController();
  const times: number[] = [];
  const busy = async (): Promise<void> => {
    times.push(performance.now());
    if (times.length < 4) throw new Failure('overloaded', 'quota', { retryAfterMs: 200 });
  };
  const working = fixture.bus.work(consumer(), busy, stop.signal);
  await eventually('it has succeeded', () => times.length === 4);
  stop.abort();
  await working;
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(190);
  expect(await fixture.raw.count(STREAMS.dead.name)).toBe(0);
});

it('gives up a fact that breaks its handler three times, and says so', async () => {
  await using fixture = await startBus();
  await fixture.bus.publishFact(podFact('a'));
  const stop = new AbortController();
  const spec = consumer();
  const handler = async (): Promise<void> => {
    throw new TypeError('undefined is not a function');
  };
  const working = fixture.bus.work(spec, handler, stop.signal);
  await eventually('it is given up', () => spec.failed.some(({ settlement }) => settlement.kind === 'dead'));
  stop.abort();
  await working;
  expect(spec.failed.map(({ settlement, deliveries }) => [settlement.kind, deliveries])).toEqual([
    ['retried', 1],
    ['retried', 2],
    ['dead', 3],
  ]);
  const letter = await fixture.raw.last(STREAMS.dead.name, deadSubject('tester'));
  expect(letter.headers).toContain('Lacuna-Reason: TypeError: undefined is not a function');
});

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
  await eventually('the rest is handled', () => seen.length === 3, { withinMs: 2_000 });
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
  await eventually('all are handled', () => seen.size === facts.length, { withinMs: 2_000 });
  stop.abort();
  await working;
});

it('ends with an error when the connection is closed under it', async () => {
  await using fixture = await startBus();
  const bus = await fixture.connect();
  const working = bus.work(consumer(), async () => {}, AbortSignal.timeout(20_000));
  const [outcome] = await Promise.allSettled([working, bus[Symbol.asyncDispose]()]);
  expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'overloaded' } });
});
