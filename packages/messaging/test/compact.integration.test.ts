import { expect, test } from 'vitest';
import { deadSubject, factSubject, recordSubject, STREAMS, type EvaluationId, type Fact } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import type { Msg } from 'nats';
import { API_ERRORS } from '../src/api-error.ts';
import { compact } from '../src/compact.ts';
import { Connection } from '../src/connection.ts';
import { dial } from '../src/dial.ts';
import type { Bus, CaughtUp, FollowOptions, RecordedFact } from '../src/index.ts';
import type { Compacted } from '../src/follow-open.ts';
import { allFacts, publishAll, startBus, type BusFixture } from './bus-fixture.ts';
import { idOf, podFact, podFacts, uidOf } from './pod-facts.ts';

const FACTS = STREAMS.facts.name;
const ONE = idOf(1);

const compacted = async (bus: Bus, id: EvaluationId): Promise<unknown> =>
  bus.compact(await bus.readHistory(id), Date.now());

/** A connection of which some requests are answered by the test: those for which `answer` gives something. */
async function answering(
  { nats }: BusFixture,
  answer: (subject: string) => Promise<Msg> | undefined,
): Promise<Connection> {
  const connection = new Connection(await dial({ servers: [nats.url], name: 'answered' }), 'answered');
  const request = connection.request.bind(connection);
  connection.request = (subject, ...rest) => answer(subject) ?? request(subject, ...rest);
  return connection;
}

/** A crash between the two steps: the record is stored, and nothing is removed. */
async function halfCompacted(fixture: BusFixture, id: EvaluationId): Promise<void> {
  await using connection = await answering(fixture, (subject) =>
    subject.includes('STREAM.MSG.DELETE') ? Promise.reject(new Error('crashed')) : undefined,
  );
  await expect(compact(connection, await fixture.bus.readHistory(id), Date.now())).rejects.toThrow('crashed');
}

/** Follows in the background; `seen` grows. */
function following<T>(follow: (signal: AbortSignal) => AsyncGenerator<T>): AsyncDisposable & { readonly seen: T[] } {
  const stop = new AbortController();
  const seen: T[] = [];
  const run = (async () => {
    for await (const item of follow(stop.signal)) seen.push(item);
  })();
  return {
    seen,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await run;
    },
  };
}

const followingAll = (bus: Bus, options: FollowOptions = {}) =>
  following<RecordedFact | CaughtUp>((signal) => bus.follow(options, signal));
const labelOf = (item: RecordedFact | CaughtUp | Compacted): string | number => ('kind' in item ? item.kind : item.seq);

test('every way to read gives the same before and after, and one message is left', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  await publishAll(bus, [...podFacts(20), ...podFacts(3, idOf(2))]);
  const [read, followed] = [await bus.readFacts(ONE), await allFacts(bus)];
  await compacted(bus, ONE);
  expect(await fixture.raw.count(FACTS)).toBe(1 + 3);
  expect(await bus.readFacts(ONE)).toEqual(read);
  for (const one of read) expect(await bus.readFact(factSubject(one.fact))).toEqual(one);
  expect((await allFacts(bus)).sort((a, b) => a.seq - b.seq)).toEqual(followed);
  expect(await bus.readFact(factSubject(podFact('never')))).toBeUndefined();
});

test('a fact of a record is refused as one of its own is; what was never said is stored, once', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  await publishAll(bus, podFacts(5));
  const [first] = await bus.readFacts(ONE);
  await compacted(bus, ONE);
  expect(await bus.publishFact(first!.fact)).toEqual({ kind: 'known', seq: first!.seq, fact: first!.fact });
  const other = podFact(uidOf(first!), { pod: 'another' });
  expect(await bus.publishFact(other)).toEqual({ kind: 'conflict', seq: first!.seq, fact: first!.fact });

  const late = podFact('late');
  expect((await bus.publishFact(late)).kind).toBe('stored');
  expect((await bus.publishFact(late)).kind).toBe('known');
  expect((await bus.readFacts(ONE)).map(uidOf)).toEqual([
    ...podFacts(5).map((f) => uidOf({ fact: f } as RecordedFact)),
    'late',
  ]);
  expect(await fixture.raw.count(FACTS)).toBe(2);
});

test('publishers that say everything again and again while it is compacted leave nothing behind', async () => {
  await using fixture = await startBus();
  const ids = Array.from({ length: 30 }, (_, n) => idOf(n));
  await publishAll(
    fixture.bus,
    ids.flatMap((id) => podFacts(8, id)),
  );
  const before = await Promise.all(ids.map((id) => fixture.bus.readFacts(id)));
  const stale = await fixture.connect('stale');
  const kinds = new Set<string>();
  let done = false;
  const repeating = (async () => {
    for (let round = 0; !done || round === 0; round++)
      for (const { fact } of before.flat()) kinds.add((await stale.publishFact(fact)).kind);
  })();
  const replicas = [fixture.bus, await fixture.connect('a'), await fixture.connect('b')];
  await Promise.all(
    replicas.map(async (bus) => {
      for (const id of ids) await compacted(bus, id);
    }),
  );
  done = true;
  await repeating;
  expect([...kinds]).toEqual(['known']);
  expect(await Promise.all(ids.map((id) => fixture.bus.readFacts(id)))).toEqual(before);
  expect(await fixture.raw.count(FACTS)).toBe(ids.length);
});

test('after a crash between record and deletion both are there and read as one, and the next deletes', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  await publishAll(bus, podFacts(6));
  const before = await bus.readFacts(ONE);
  await halfCompacted(fixture, ONE);
  expect(await bus.readFacts(ONE)).toEqual(before);
  expect((await allFacts(bus)).map(uidOf)).toEqual([...before, ...before].map(uidOf));
  expect((await bus.readHistory(ONE)).record).toEqual({ lastSeq: before.at(-1)!.seq, notDeleted: 6 });
  await compacted(bus, ONE);
  expect((await bus.readHistory(ONE)).record).toEqual({ lastSeq: before.at(-1)!.seq, notDeleted: 0 });
  expect(await bus.readFacts(ONE)).toEqual(before);
});

test("another one's record that is accepted and can not be read yet, as on servers that vote, is waited for", async () => {
  await using fixture = await startBus();
  await publishAll(fixture.bus, podFacts(6));
  const before = await fixture.bus.readHistory(ONE);
  await halfCompacted(fixture, ONE);
  const nothing = JSON.stringify({ error: { code: 404, err_code: API_ERRORS.noMessageFound } });
  let unread = 5;
  await using connection = await answering(fixture, (subject) =>
    subject.includes('STREAM.MSG.GET') && unread-- > 0
      ? Promise.resolve({ data: Buffer.from(nothing) } as unknown as Msg)
      : undefined,
  );
  expect(await compact(connection, before, Date.now())).toMatchObject({ kind: 'compacted' });
  expect(await fixture.raw.count(FACTS)).toBe(1);
  expect((await fixture.bus.readHistory(ONE)).facts).toEqual(before.facts);
});

test('what was stored after the facts were read stays a message of its own', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  await publishAll(bus, podFacts(4));
  const history = await bus.readHistory(ONE);
  await bus.publishFact(podFact('in between'));
  await bus.compact(history, Date.now());
  expect(await fixture.raw.count(FACTS)).toBe(2);
  expect((await bus.readFacts(ONE)).map(uidOf)).toContain('in between');
});

test('who had caught up is told nothing twice; who begins later is told all, the verdict not before the rest', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  await publishAll(bus, podFacts(4), { atOnce: 1 });
  await using live = followingAll(bus);
  await using open = following<RecordedFact | CaughtUp | Compacted>((signal) => bus.followOpen({}, signal));
  await eventually('both have caught up', () => live.seen.length + open.seen.length === 10);
  await compacted(bus, ONE);
  await bus.publishFact(podFact('x', { evaluation: idOf(2) }));
  await eventually('both have the last fact', () => live.seen.length + open.seen.length === 13);
  expect(live.seen.map(labelOf)).toEqual([1, 2, 3, 4, 'caught-up', 6]);
  expect(open.seen.map(labelOf)).toEqual([1, 2, 3, 4, 'caught-up', 'compacted', 6]);

  await using late = followingAll(bus);
  await using lateOpen = following<RecordedFact | CaughtUp | Compacted>((signal) => bus.followOpen({}, signal));
  await eventually('both have caught up', () => late.seen.length + lateOpen.seen.length === 9);
  expect(late.seen.map(labelOf)).toEqual([1, 2, 3, 4, 6, 'caught-up']);
  expect(lateOpen.seen.map(labelOf)).toEqual(['compacted', 6, 'caught-up']);
});

test('of one evaluation each fact is told once, also to who knows some of them', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  await publishAll(bus, podFacts(4), { atOnce: 1 });
  await compacted(bus, ONE);
  await bus.publishFact(podFact('late'));
  await using all = followingAll(bus, { evaluation: ONE });
  await using some = followingAll(bus, { evaluation: ONE, fromSeq: 3 });
  await eventually('both have caught up', () => all.seen.length + some.seen.length === 10);
  expect(all.seen.map(labelOf)).toEqual([1, 2, 3, 4, 6, 'caught-up']);
  expect(some.seen.map(labelOf)).toEqual([3, 4, 6, 'caught-up']);
});

test('a follower that is overtaken by the compaction of what it reads misses nothing', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  const ids = Array.from({ length: 100 }, (_, n) => idOf(n));
  await publishAll(
    bus,
    ids.flatMap((id) => podFacts(10, id)),
  );
  const seen = new Set<string>();
  let read = 0;
  for await (const item of bus.follow({}, AbortSignal.timeout(90_000))) {
    if ('kind' in item) break;
    seen.add(factSubject(item.fact));
    if (++read === 100) await Promise.all(ids.map((id) => compacted(bus, id)));
  }
  expect(seen.size).toBe(1_000);
});

test('a server that is killed over and over while evaluations are compacted keeps every fact', async () => {
  await using fixture = await startBus();
  const { bus, nats, raw } = fixture;
  const ids = Array.from({ length: 200 }, (_, n) => idOf(n));
  await publishAll(
    bus,
    ids.flatMap((id) => podFacts(6, id)),
  );
  const before = await Promise.all(ids.map((id) => bus.readFacts(id)));
  let done = false;
  const compacting = (async () => {
    for (const id of ids) await compacted(bus, id);
    done = true;
  })();
  for (let kills = 0; kills < 4; kills++) {
    await eventually('it is connected', () => bus.status === 'connected');
    await nats.kill9();
    await nats.restart();
  }
  await compacting;
  expect(done).toBe(true);
  expect(await Promise.all(ids.map((id) => bus.readFacts(id)))).toEqual(before);
  // A deletion that was not on disk may have been undone with its acknowledgement: whoever looks again makes it good.
  for (const id of ids) if ((await bus.readHistory(id)).record!.notDeleted > 0) await compacted(bus, id);
  await eventually('the raw client is back', async () => (await raw.count(FACTS)) === ids.length);
  expect(await Promise.all(ids.map((id) => bus.readFacts(id)))).toEqual(before);
});

test('a record that is none is a dead letter to who follows, and an error to who reads it', async () => {
  await using fixture = await startBus();
  await fixture.raw.client.request(recordSubject(ONE), 'garbage', { timeout: 5_000 });
  expect(await allFacts(fixture.bus)).toEqual([]);
  expect((await fixture.raw.last(STREAMS.dead.name, deadSubject('test'))).headers).toContain('Lacuna-Last-Sequence');
  await expect(fixture.bus.readFacts(ONE)).rejects.toThrow(/record on .*not deflated JSON/);
});

test('a record that fits into no message changes nothing', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  // Does not compress.
  const noise = (): string =>
    Buffer.from(Array.from({ length: 300_000 }, () => Math.floor(Math.random() * 256))).toString('base64');
  const facts: Fact[] = Array.from({ length: 4 }, (_, n) => podFact(`uid-${n}`, { pod: noise() }));
  await publishAll(bus, facts);
  expect(await compacted(bus, ONE)).toMatchObject({ kind: 'too-large' });
  expect(await fixture.raw.count(FACTS)).toBe(4);
});

test('a durable reader is done when it has acknowledged, and not before', async () => {
  await using fixture = await startBus();
  const { bus } = fixture;
  await publishAll(bus, podFacts(3), { atOnce: 1 });
  const stop = new AbortController();
  let hold = true;
  const working = bus.work(
    { name: 'worker', service: 'trace-audit', types: ['pod-created'], concurrency: 1, onFailure: () => undefined },
    async ({ seq }) => {
      if (seq === 2) await eventually('it is let go', () => !hold);
    },
    stop.signal,
  );
  await eventually('the first is done', async () => (await bus.doneUpTo())[0]?.seq === 1);
  hold = false;
  await eventually('all is done', async () => (await bus.doneUpTo())[0]?.seq === Infinity);
  stop.abort();
  await working;
});
