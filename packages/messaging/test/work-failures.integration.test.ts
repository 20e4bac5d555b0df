import { expect, it } from 'vitest';
import { deadSubject, factSubject, Failure, STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { publishAll, startBus } from './bus-fixture.ts';
import { podFact, podFacts, uidOf } from './pod-facts.ts';
import { consumer } from './test-consumer.ts';

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
