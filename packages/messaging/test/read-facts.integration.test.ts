import { expect, it } from 'vitest';
import { factSubject } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { allFacts, publishAll, startBus } from './bus-fixture.ts';
import { idOf, podFact, podFacts, uidOf } from './pod-facts.ts';

it('reads all facts of one evaluation in stream order, and nothing of the others', async () => {
  await using fixture = await startBus();
  for (const uid of ['a', 'b', 'c'])
    for (const n of [1, 2]) await fixture.bus.publishFact(podFact(uid, { evaluation: idOf(n) }));
  const facts = await fixture.bus.readFacts(idOf(2));
  expect(facts.map((fact) => [fact.seq, uidOf(fact)])).toEqual([
    [2, 'a'],
    [4, 'b'],
    [6, 'c'],
  ]);
  expect(await fixture.bus.readFacts(idOf(3))).toEqual([]);
});

it('gives a fact the same place and time on every way to read it', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(20));
  const followed = await allFacts(fixture.bus);
  expect(await fixture.bus.readFacts(idOf(1))).toEqual(followed);
  for (const one of followed) expect(await fixture.bus.readFact(factSubject(one.fact))).toEqual(one);
});

it('reads an evaluation with more facts than the server sends at once', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(1_100), { atOnce: 128 });
  const facts = await fixture.bus.readFacts(idOf(1));
  expect(facts.map((fact) => fact.seq)).toEqual(Array.from({ length: 1_100 }, (_, i) => i + 1));
});

it('reads many evaluations concurrently without mixing them', async () => {
  await using fixture = await startBus();
  const ids = Array.from({ length: 40 }, (_, n) => idOf(n));
  await publishAll(
    fixture.bus,
    ids.flatMap((id) => podFacts(5, id)),
  );
  const all = await Promise.all(ids.map((id) => fixture.bus.readFacts(id)));
  expect(all.map((facts) => facts.map(({ fact }) => fact.evaluation))).toEqual(ids.map((id) => Array(5).fill(id)));
});

it('leaves out what is no fact', async () => {
  await using fixture = await startBus();
  await fixture.bus.publishFact(podFact('a'));
  await fixture.raw.client.request(factSubject(podFact('b')), 'garbage', { timeout: 5_000 });
  expect((await fixture.bus.readFacts(idOf(1))).map(uidOf)).toEqual(['a']);
});

it('waits for a fact that is there already, that comes later, and that comes while we are disconnected', async () => {
  await using fixture = await startBus();
  const signal = AbortSignal.timeout(90_000);
  await fixture.bus.publishFact(podFact('a'));
  expect(uidOf(await fixture.bus.awaitFact(factSubject(podFact('a')), signal))).toBe('a');

  const later = fixture.bus.awaitFact(factSubject(podFact('b')), signal);
  await fixture.bus.publishFact(podFact('b'));
  expect(uidOf(await later)).toBe('b');

  const missed = fixture.bus.awaitFact(factSubject(podFact('c')), signal);
  await fixture.nats.kill9();
  await eventually('the bus has noticed', () => fixture.bus.status === 'reconnecting');
  await fixture.nats.restart();
  await (await fixture.connect()).publishFact(podFact('c'));
  expect(uidOf(await missed)).toBe('c');
});

it('stops waiting for a fact when told', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  const waiting = fixture.bus.awaitFact(factSubject(podFact('never')), stop.signal);
  stop.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
});
