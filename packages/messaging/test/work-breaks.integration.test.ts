import { expect, it } from 'vitest';
import { STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { Connection } from '../src/connection.ts';
import { dial } from '../src/dial.ts';
import { work } from '../src/work.ts';
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

it('makes a consumer that was deleted anew, once, also when its end is told twice', async () => {
  await using fixture = await startBus();
  await using connection = new Connection(await dial({ servers: [fixture.nats.url], name: 'test' }), 'test');
  let tellAgain = (): void => {};
  const subscribe = connection.nats.subscribe.bind(connection.nats);
  connection.nats.subscribe = (subject, options) =>
    subscribe(subject, {
      ...options,
      callback: (error, message) => {
        if (message.headers?.code === 409) tellAgain = () => options?.callback?.(error, message);
        options?.callback?.(error, message);
      },
    });
  let made = 0;
  const request = connection.request.bind(connection);
  connection.request = (subject, ...rest) => {
    if (subject.includes('CONSUMER.CREATE')) made++;
    tellAgain();
    return request(subject, ...rest);
  };
  const stop = new AbortController();
  const seen = new Set<string>();
  const working = work(connection, consumer(), async (fact) => void seen.add(uidOf(fact)), stop.signal);
  const waiting = async (): Promise<boolean> =>
    (await fixture.raw.api<{ num_waiting: number }>(`CONSUMER.INFO.${FACTS}.worker`)).num_waiting === 1;
  await eventually('it waits for facts', waiting);
  await fixture.raw.api(`CONSUMER.DELETE.${FACTS}.worker`);
  await eventually('it waits again', waiting);
  await fixture.bus.publishFact(podFact('after'));
  await eventually('it is handled', () => seen.has('after'));
  expect(made).toBe(2);
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
  await eventually('all are handled', () => seen.size === 400, { withinMs: 90_000 });
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
