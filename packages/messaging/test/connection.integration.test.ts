import { expect, it } from 'vitest';
import { factSubject, STREAMS } from '@lacuna/contracts';
import { eventually, startNats } from '@lacuna/testing';
import { connectBus } from '../src/index.ts';
import { startBus } from './bus-fixture.ts';
import { idOf, podFact } from './pod-facts.ts';

it('waits for a server that is not there yet', async () => {
  await using nats = await startNats();
  await nats.kill9();
  const connecting = connectBus({ servers: [nats.url], name: 'test' });
  await nats.restart();
  await using bus = await connecting;
  expect(bus.status).toBe('connected');
});

it('gives up waiting for a server when told', async () => {
  await using nats = await startNats();
  await nats.kill9();
  const stop = new AbortController();
  const connecting = connectBus({ servers: [nats.url], name: 'test', signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(connecting).rejects.toThrow('enough');
});

it('tells that it is reconnecting, and that it is connected again', async () => {
  await using fixture = await startBus();
  await fixture.nats.kill9();
  await eventually('it notices', () => fixture.bus.status === 'reconnecting');
  await fixture.nats.restart();
  await eventually('it is back', () => fixture.bus.status === 'connected');
});

it('says when it is closed for good, and what is asked of it then fails without waiting', async () => {
  await using fixture = await startBus();
  const bus = await fixture.connect();
  await bus[Symbol.asyncDispose]();
  expect(await bus.closed).toBeUndefined();
  expect(bus.status).toBe('closed');
  const startedAt = performance.now();
  await expect(bus.publishFact(podFact('a'))).rejects.toMatchObject({ code: 'overloaded' });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

it('closes promptly while the server is gone', async () => {
  await using fixture = await startBus();
  const bus = await fixture.connect();
  await fixture.nats.kill9();
  await eventually('it notices', () => bus.status === 'reconnecting');
  const startedAt = performance.now();
  await bus[Symbol.asyncDispose]();
  // A close that waits for the server takes two seconds.
  expect(performance.now() - startedAt).toBeLessThan(1_900);
});

it('once the process is to stop, gives up within seconds what a stuck server does not answer; it is known later whether it was stored', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  await using bus = await connectBus({ servers: [fixture.nats.url], name: 'stopping', signal: stop.signal });
  await bus.publishFact(podFact('a'));
  fixture.nats.pause();
  const unknown = [bus.publishFact(podFact('b')), bus.readFacts(idOf(1)), bus.readFact(factSubject(podFact('a')))];
  const startedAt = performance.now();
  stop.abort();
  const outcomes = await Promise.allSettled(unknown);
  // Nothing waits its minute: neither what was asked before nor what is asked now.
  await expect(bus.publishFact(podFact('c'))).rejects.toMatchObject({ code: 'overloaded' });
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'overloaded' } });

  fixture.nats.resume();
  await eventually('what was sent is stored', async () => (await fixture.raw.count(STREAMS.facts.name)) === 3);
  expect(await (await fixture.connect()).publishFact(podFact('b'))).toMatchObject({ kind: 'known' });
});

it('stores what it still has to say while it stops', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  await using bus = await connectBus({ servers: [fixture.nats.url], name: 'stopping', signal: stop.signal });
  stop.abort();
  expect(await bus.publishFact(podFact('a'))).toMatchObject({ kind: 'stored' });
  expect(await bus.readFacts(idOf(1))).toHaveLength(1);
});
