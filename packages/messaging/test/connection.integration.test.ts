import { expect, it } from 'vitest';
import { eventually, startNats } from '@lacuna/testing';
import { connectBus } from '../src/index.ts';
import { startBus } from './bus-fixture.ts';
import { podFact } from './pod-facts.ts';

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
