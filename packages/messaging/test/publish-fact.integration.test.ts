import { expect, it } from 'vitest';
import { factSubject, Failure, STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { allFacts, publishAll, startBus } from './bus-fixture.ts';
import { idOf, podFact, podFacts, uidOf } from './pod-facts.ts';

const FACTS = STREAMS.facts.name;

it('stores a fact once and knows it when it is published again', async () => {
  await using fixture = await startBus();
  const first = await fixture.bus.publishFact(podFact('a'));
  expect(first).toEqual({ kind: 'stored', seq: 1 });
  const seenByAnother = { ...podFact('a'), seenAt: 1_800_000_000_999, known: 'relisted' } as const;
  expect(await fixture.bus.publishFact(seenByAnother)).toEqual({ kind: 'known', seq: 1, fact: podFact('a') });
  expect(await fixture.raw.count(FACTS)).toBe(1);
});

it('keeps the first of two facts that contradict each other and reports the conflict', async () => {
  await using fixture = await startBus();
  await fixture.bus.publishFact(podFact('a', { pod: 'one' }));
  const outcome = await fixture.bus.publishFact(podFact('a', { pod: 'two' }));
  expect(outcome).toEqual({ kind: 'conflict', seq: 1, fact: podFact('a', { pod: 'one' }) });
});

it('knows a fact again when the duplicate window is long over', async () => {
  await using fixture = await startBus();
  const publishedAt = Date.now();
  await fixture.bus.publishFact(podFact('a'));
  await eventually(
    'the duplicate window is over',
    () => Date.now() - publishedAt > 2 * STREAMS.facts.duplicateWindowMs,
  );
  expect((await fixture.bus.publishFact(podFact('a'))).kind).toBe('known');
});

it('stores each of many facts exactly once while the server is killed and restarted', async () => {
  await using fixture = await startBus();
  const facts = podFacts(600);
  let done = 0;
  const published = publishAll(fixture.bus, facts, { onPublished: () => void done++ });
  for (const enough of [100, 300]) {
    await eventually('some are published', () => done > enough);
    await fixture.nats.kill9();
    await fixture.nats.restart();
  }
  await published;
  const uids = (await allFacts(fixture.bus)).map(uidOf);
  expect(new Set(uids).size).toBe(facts.length);
  expect(uids.length).toBe(facts.length);
});

it('stores a fact exactly once when the server freezes for longer than an attempt may take', async () => {
  await using fixture = await startBus();
  fixture.nats.pause();
  const startedAt = performance.now();
  const outcome = fixture.bus.publishFact(podFact('a'));
  await eventually('the first attempt has timed out', () => performance.now() - startedAt > 5_500, { withinMs: 6_000 });
  fixture.nats.resume();
  expect(await outcome).toMatchObject({ seq: 1 });
  expect(await fixture.raw.count(FACTS)).toBe(1);
});

it('says overloaded when nothing answers within the deadline', async () => {
  await using fixture = await startBus();
  await fixture.nats.kill9();
  const startedAt = performance.now();
  const outcome = fixture.bus.publishFact(podFact('a'), { deadlineMs: 300 });
  await expect(outcome).rejects.toMatchObject({ code: 'overloaded', disposition: 'retry' });
  expect(performance.now() - startedAt).toBeLessThan(4_500);
});

it('says overloaded at once, and when to try again, while the stream is full; what it holds is still known', async () => {
  await using fixture = await startBus();
  await fixture.bus.publishFact(podFact('a'));
  await fixture.raw.editStream(FACTS, { max_msgs: 1 });
  const refusal = await fixture.bus.publishFact(podFact('b')).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Failure);
  expect(refusal).toMatchObject({ code: 'overloaded', retryAfterMs: 5_000 });
  expect((await fixture.bus.publishFact(podFact('a'))).kind).toBe('known');
  await fixture.raw.editStream(FACTS, { max_msgs: -1 });
  expect((await fixture.bus.publishFact(podFact('b'))).kind).toBe('stored');
});

it('publishes a CloudEvent that carries the contract trace of its evaluation', async () => {
  await using fixture = await startBus();
  await fixture.bus.publishFact(podFact('a', { evaluation: idOf(7) }));
  const subject = factSubject(podFact('a', { evaluation: idOf(7) }));
  const { headers } = await fixture.raw.last(FACTS, subject);
  expect(headers).toContain(`ce-id: ${subject}`);
  expect(headers).toContain('ce-specversion: 1.0');
  expect(headers).toContain('ce-type: dev.lacuna.pod-created.v1');
  expect(headers).toContain('ce-source: /lacuna/k8s-watch');
  expect(headers.match(/traceparent: 00-[0-9a-f]{32}-[0-9a-f]{16}-01/g)).toHaveLength(1);
});
