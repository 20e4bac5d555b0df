import { expect, it } from 'vitest';
import { deadSubject, factSubject, STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import type { Bus, FollowOptions } from '../src/index.ts';
import { isCaughtUp, publishAll, startBus } from './bus-fixture.ts';
import { idOf, podFact, podFacts, uidOf } from './pod-facts.ts';

const FACTS = STREAMS.facts.name;

/** Follows in the background; `seen` grows: sequences, and 'caught-up'. */
function following(bus: Bus, options: FollowOptions): AsyncDisposable & { readonly seen: (number | string)[] } {
  const stop = new AbortController();
  const seen: (number | string)[] = [];
  const run = (async () => {
    for await (const item of bus.follow(options, stop.signal)) seen.push(isCaughtUp(item) ? item.kind : item.seq);
  })();
  return {
    seen,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await run;
    },
  };
}

it('delivers what is there, says that it has caught up, and goes on with what comes', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(3));
  await using follower = following(fixture.bus, {});
  await eventually('it has caught up', () => follower.seen.includes('caught-up'));
  await fixture.bus.publishFact(podFact('later'));
  await eventually('the new fact is seen', () => follower.seen.length === 5);
  expect(follower.seen).toEqual([1, 2, 3, 'caught-up', 4]);
});

it('says at once that it has caught up when there is nothing', async () => {
  await using fixture = await startBus();
  await using follower = following(fixture.bus, {});
  await eventually('it has caught up', () => follower.seen.length > 0);
  expect(follower.seen).toEqual(['caught-up']);
});

it('begins at the sequence it is given', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(10));
  await using follower = following(fixture.bus, { fromSeq: 8 });
  await eventually('it has caught up', () => follower.seen.includes('caught-up'));
  expect(follower.seen).toEqual([8, 9, 10, 'caught-up']);
});

it('delivers only the facts of the evaluation and of the types asked for', async () => {
  await using fixture = await startBus();
  for (const n of [1, 2]) {
    const evaluation = idOf(n);
    await fixture.bus.publishFact(podFact('a', { evaluation }));
    await fixture.bus.publishFact({
      ...podFact('a', { evaluation }),
      type: 'pod-scheduled',
      data: { podUid: 'a', node: 'n' },
    } as const);
  }
  await using byType = following(fixture.bus, { types: ['pod-scheduled'] });
  await using byEvaluation = following(fixture.bus, { evaluation: idOf(2) });
  await using byBoth = following(fixture.bus, { evaluation: idOf(2), types: ['pod-scheduled'] });
  for (const follower of [byType, byEvaluation, byBoth])
    await eventually('it has caught up', () => follower.seen.includes('caught-up'));
  expect(byType.seen).toEqual([2, 4, 'caught-up']);
  expect(byEvaluation.seen).toEqual([3, 4, 'caught-up']);
  expect(byBoth.seen).toEqual([4, 'caught-up']);
});

it('has no gap and no repeat when the server is killed and restarted under load', async () => {
  await using fixture = await startBus();
  await using follower = following(fixture.bus, {});
  const facts = podFacts(600);
  const published = publishAll(fixture.bus, facts);
  for (const enough of [100, 300]) {
    await eventually('some are seen', () => follower.seen.length > enough);
    await fixture.nats.kill9();
    await fixture.nats.restart();
  }
  await published;
  const last = await fixture.raw.api<{ state: { last_seq: number; messages: number } }>(`STREAM.INFO.${FACTS}`);
  await eventually('the last is seen', () => follower.seen.includes(last.state.last_seq), { withinMs: 90_000 });
  const seqs = follower.seen.filter((seq) => seq !== 'caught-up');
  expect(seqs.length).toBe(facts.length);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => Number(a) - Number(b)));
});

it('has no gap and no repeat when its consumer vanishes again and again', async () => {
  await using fixture = await startBus();
  await using follower = following(fixture.bus, {});
  const published = publishAll(fixture.bus, podFacts(500));
  for (const enough of [50, 150, 250, 350]) {
    await eventually('some are seen', () => follower.seen.length > enough);
    const { consumers } = await fixture.raw.api<{ consumers: string[] }>(`CONSUMER.NAMES.${FACTS}`);
    for (const name of consumers) await fixture.raw.api(`CONSUMER.DELETE.${FACTS}.${name}`).catch(() => undefined);
  }
  await published;
  await eventually('the last is seen', () => follower.seen.includes(500));
  const seqs = follower.seen.filter((seq) => seq !== 'caught-up');
  expect(seqs).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
});

it('puts what is no fact aside and goes on', async () => {
  await using fixture = await startBus();
  await fixture.raw.client.request(factSubject(podFact('poison')), 'garbage', { timeout: 5_000 });
  await fixture.bus.publishFact(podFact('a'));
  await using follower = following(fixture.bus, {});
  await eventually('it has caught up', () => follower.seen.includes('caught-up'));
  expect(follower.seen).toEqual([2, 'caught-up']);
  const letter = await fixture.raw.last(STREAMS.dead.name, deadSubject('test'));
  expect(letter.body.toString()).toBe('garbage');
});

it('refuses to resume on a stream that ends before what was read: it was restored or made anew', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(3));
  const stop = AbortSignal.timeout(90_000);
  const { config } = await fixture.raw.api<{ config: object }>(`STREAM.INFO.${FACTS}`);
  await fixture.raw.api(`STREAM.DELETE.${FACTS}`);
  await fixture.raw.api(`STREAM.CREATE.${FACTS}`, config);
  const resumed = fixture.bus.follow({ fromSeq: 4 }, stop).next();
  await expect(resumed).rejects.toMatchObject({ code: 'stream-drift' });
});

it('stops promptly when told, even while the server is frozen, and leaves no consumer behind', async () => {
  await using fixture = await startBus();
  const stop = new AbortController();
  const follower = fixture.bus.follow({}, stop.signal);
  await follower.next();
  const waiting = follower.next();
  fixture.nats.pause();
  const startedAt = performance.now();
  stop.abort();
  expect(await waiting).toMatchObject({ done: true });
  // One that waits for the server takes a second.
  expect(performance.now() - startedAt).toBeLessThan(900);
  fixture.nats.resume();
  const consumers = async (): Promise<string[] | undefined> =>
    (await fixture.raw.api<{ consumers?: string[] }>(`CONSUMER.NAMES.${FACTS}`)).consumers;
  await eventually('the consumer is gone', async () => ((await consumers()) ?? []).length === 0);
});

it('sees facts of a reader that is slower than the publisher, all of them', async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(1_000), { atOnce: 128 });
  const uids: string[] = [];
  for await (const item of fixture.bus.follow({}, AbortSignal.timeout(90_000))) {
    if (isCaughtUp(item)) break;
    if (item.seq % 100 === 0) await new Promise(setImmediate);
    uids.push(uidOf(item));
  }
  expect(new Set(uids).size).toBe(1_000);
});
