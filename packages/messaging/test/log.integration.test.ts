import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { headers } from 'nats';
import { expect, it } from 'vitest';
import { logSubject, MAX_CHUNK_BYTES, STREAMS } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import type { LogWriter } from '../src/index.ts';
import { startBus, type RawClient } from './bus-fixture.ts';
import { idOf } from './pod-facts.ts';
import { readLogOf } from './read-log-of.ts';

const SUBJECT = logSubject(idOf(1), 1, 'pod-1');
const OTHER = logSubject(idOf(1), 1, 'pod-2');
const read = readLogOf(SUBJECT);

/** Appends a whole text in pieces, as a capture does that resumes wherever the log ends. */
async function appendAll(writer: LogWriter, text: string, pieceBytes: number): Promise<void> {
  const bytes = Buffer.from(text, 'latin1');
  for (let offset = writer.end; offset < bytes.length;) {
    const outcome = await writer.append({ offset, bytes: bytes.subarray(offset, offset + pieceBytes) });
    offset = outcome.end;
  }
}

it.each([
  ['alone', false],
  ['among others', true],
])('gives back the bytes of a log %s as they were, from any offset on', async (_title, amongOthers) => {
  await using fixture = await startBus();
  const writer = await fixture.bus.openLog(SUBJECT, 'c1');
  const other = await fixture.bus.openLog(OTHER, 'c2');
  const text = Array.from({ length: 100 }, (_, i) => `line ${i} \0\xff\n`).join('');
  for (let offset = 0; offset < text.length; offset += 7) {
    await writer.append({ offset, bytes: Buffer.from(text.slice(offset, offset + 7), 'latin1') });
    if (amongOthers) await other.append({ offset, bytes: Buffer.from('another') });
  }
  expect(await read(fixture.bus)).toBe(text);
  for (const fromOffset of [1, 6, 7, 8, 700, text.length - 1, text.length])
    expect(await read(fixture.bus, { fromOffset })).toBe(text.slice(fromOffset));
  expect(await fixture.bus.logEnd(SUBJECT)).toMatchObject({ offset: text.length });
});

it('reads nothing where there is no log, and knows that it ends at 0', async () => {
  await using fixture = await startBus();
  expect(await read(fixture.bus)).toBe('');
  expect(await read(fixture.bus, { fromOffset: 10 })).toBe('');
  expect(await fixture.bus.logEnd(SUBJECT)).toEqual({ offset: 0, seq: 0 });
});

it('tells a writer that is behind where to go on, and stores nothing of it', async () => {
  await using fixture = await startBus();
  const first = await fixture.bus.openLog(SUBJECT, 'c1');
  const second = await fixture.bus.openLog(SUBJECT, 'c1');
  expect(await first.append({ offset: 0, bytes: Buffer.from('hello ') })).toEqual({ kind: 'stored', end: 6 });
  expect(await second.append({ offset: 0, bytes: Buffer.from('hel') })).toEqual({ kind: 'behind', end: 6 });
  expect(await second.append({ offset: 9, bytes: Buffer.from('x') })).toEqual({ kind: 'behind', end: 6 });
  expect(await second.append({ offset: 6, bytes: Buffer.from('world') })).toEqual({ kind: 'stored', end: 11 });
  expect(await read(fixture.bus)).toBe('hello world');
});

it('stores a chunk behind the one that it is told to wait for, and not at all when that fails', async () => {
  await using fixture = await startBus();
  const writer = await fixture.bus.openLog(SUBJECT, 'c1');
  const text = (letter: string) => letter.repeat(100_000);
  const first = writer.append({ offset: 0, bytes: Buffer.from(text('a')) }).then(() => undefined);
  const second = writer.append({ offset: 100_000, bytes: Buffer.from(text('b')) }, first);
  expect(await second).toEqual({ kind: 'stored', end: 200_000 });
  const third = writer.append({ offset: 200_000, bytes: Buffer.from(text('c')) }, Promise.reject(new Error('lost')));
  await expect(third).rejects.toThrow('lost');
  expect(await read(fixture.bus)).toBe(text('a') + text('b'));
});

it('never interleaves two writers that race, whatever pieces they write', async () => {
  await using fixture = await startBus();
  const text = Array.from({ length: 400 }, (_, i) => `${i},`).join('');
  const buses = [fixture.bus, await fixture.connect(), await fixture.connect()];
  const pieces = [5, 11, 17];
  await Promise.all(buses.map(async (bus, i) => appendAll(await bus.openLog(SUBJECT, 'c1'), text, pieces[i] ?? 1)));
  expect(await read(fixture.bus)).toBe(text);
});

it('loses and repeats nothing when the server is killed and restarted while a log is written and followed', async () => {
  await using fixture = await startBus();
  const text = Array.from({ length: 300 }, (_, i) => `line ${i}\n`).join('');
  const stop = new AbortController();
  let followed = '';
  const following = (async () => {
    for await (const { bytes } of fixture.bus.readLog(SUBJECT, { follow: true }, stop.signal))
      followed += Buffer.from(bytes).toString('latin1');
  })();
  const writing = appendAll(await fixture.bus.openLog(SUBJECT, 'c1'), text, 10);
  for (const enough of [300, 1_200]) {
    await eventually('some is seen', () => followed.length > enough);
    await fixture.nats.kill9();
    await fixture.nats.restart();
  }
  await writing;
  await eventually('all is seen', () => followed.length >= text.length, { withinMs: 90_000 });
  stop.abort();
  await following;
  expect(followed).toBe(text);
  expect(await read(fixture.bus)).toBe(text);
});

it('ends the reading of a log that is purged while it is read', async () => {
  await using fixture = await startBus();
  await appendAll(await fixture.bus.openLog(SUBJECT, 'c1'), 'x'.repeat(1_000), 10);
  const other = await fixture.bus.openLog(OTHER, 'c2');
  await other.append({ offset: 0, bytes: Buffer.from('another') });
  const seen: number[] = [];
  const patience = AbortSignal.timeout(90_000);
  for await (const { offset } of fixture.bus.readLog(SUBJECT, { follow: false }, patience)) {
    if (seen.length === 0) await fixture.bus.purgeLog(SUBJECT);
    seen.push(offset);
  }
  expect(patience.aborted, 'it ended by itself').toBe(false);
  // A window of chunks is on its way when the purge comes.
  expect(seen.length).toBeLessThan(20);
  expect(await fixture.bus.logEnd(SUBJECT)).toEqual({ offset: 0, seq: 0 });
  expect(await fixture.bus.logEnd(OTHER)).toMatchObject({ offset: 7 });
  await fixture.bus.purgeLog(SUBJECT);
  expect(await fixture.bus.storedLogs()).toEqual([OTHER]);
});

it('says how full the stream is', async () => {
  await using fixture = await startBus();
  expect(await fixture.bus.logStoreState()).toEqual({ bytes: 0 });
  await fixture.raw.editStream(STREAMS.logs.name, { max_bytes: 10_000 });
  await appendAll(await fixture.bus.openLog(SUBJECT, 'c1'), 'x'.repeat(1_000), 1_000);
  const { bytes, maxBytes } = await fixture.bus.logStoreState();
  expect(maxBytes).toBe(10_000);
  expect(bytes).toBeGreaterThan(1_000);
});

it('stores long chunks packed, reads and takes them back from any byte on, beside plain ones', async () => {
  await using fixture = await startBus();
  const writer = await fixture.bus.openLog(SUBJECT, 'c1');
  const text = Array.from({ length: 60_000 }, (_, i) => `line ${i} of a log\n`).join('');
  for (const [from, to] of [
    [0, 5],
    [5, MAX_CHUNK_BYTES + 5],
    [MAX_CHUNK_BYTES + 5, text.length],
  ] as const)
    await writer.append({ offset: from, bytes: Buffer.from(text.slice(from, to)) });
  const { bytes } = await fixture.bus.logStoreState();
  expect(bytes).toBeLessThan(text.length / 4);
  expect(await fixture.bus.logEnd(SUBJECT)).toMatchObject({ offset: text.length });
  for (const fromOffset of [0, 4, 5, 6, 500_000, MAX_CHUNK_BYTES + 4, MAX_CHUNK_BYTES + 5, text.length - 1])
    expect((await read(fixture.bus, { fromOffset })) === text.slice(fromOffset), `from byte ${fromOffset}`).toBe(true);
  await writer.truncate(300_000);
  expect((await read(fixture.bus)) === text.slice(0, 300_000)).toBe(true);
  const other = await fixture.bus.openLog(SUBJECT, 'c1');
  expect(await other.append({ offset: 300_000, bytes: Buffer.from('end') })).toEqual({ kind: 'stored', end: 300_003 });
});

it('never shows a damaged chunk, and names it', async () => {
  await using fixture = await startBus();
  const writer = await fixture.bus.openLog(SUBJECT, 'c1');
  await writer.append({ offset: 0, bytes: Buffer.from('hello') });
  const damaged = headers();
  damaged.set('Lacuna-Zstd', '5 100000');
  await fixture.raw.client.jetstream().publish(SUBJECT, Buffer.from('no frame of zstd'), { headers: damaged });
  const seen: number[] = [];
  const reading = (async () => {
    for await (const { offset } of fixture.bus.readLog(SUBJECT, { follow: false }, AbortSignal.timeout(90_000)))
      seen.push(offset);
  })();
  await expect(reading).rejects.toMatchObject({
    code: 'log-damaged',
    message: expect.stringContaining(`bytes 5 to 100005 of the log ${SUBJECT} are damaged`) as string,
  });
  expect(seen).toEqual([0]);
});

it('refuses a chunk that is larger than the contract allows', async () => {
  await using fixture = await startBus();
  const writer = await fixture.bus.openLog(SUBJECT, 'c1');
  await expect(writer.append({ offset: 0, bytes: new Uint8Array(MAX_CHUNK_BYTES + 1) })).rejects.toThrow(RangeError);
});

it('says overloaded when the stream is full', async () => {
  await using fixture = await startBus();
  await fixture.raw.editStream(STREAMS.logs.name, { max_bytes: 100 });
  const writer = await fixture.bus.openLog(SUBJECT, 'c1');
  const outcome = writer.append({ offset: 0, bytes: new Uint8Array(1_000) });
  await expect(outcome).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 5_000 });
});

const CHUNKS = 70;

it('reads 50 MB byte for byte, and is sent no more than three chunks ahead of a reader that pauses', async () => {
  await using fixture = await startBus();
  const writer = await fixture.bus.openLog(SUBJECT, 'c1');
  const written = createHash('sha256');
  for (let i = 0; i < CHUNKS; i++) {
    const bytes = Buffer.alloc(MAX_CHUNK_BYTES, i);
    bytes.writeUInt32LE(i, 1_000);
    written.update(bytes);
    await writer.append({ offset: writer.end, bytes });
  }
  const seen = createHash('sha256');
  let total = 0;
  let ahead = Infinity;
  for await (const { bytes } of fixture.bus.readLog(SUBJECT, { follow: false }, AbortSignal.timeout(90_000))) {
    if (total === 0) ahead = await deliveredWhilePaused(fixture.raw);
    seen.update(bytes);
    total += bytes.length;
  }
  expect(ahead).toBeLessThanOrEqual(4);
  expect(total).toBe(CHUNKS * MAX_CHUNK_BYTES);
  expect(seen.digest('hex')).toBe(written.digest('hex'));
});

/** How many chunks the server has sent to the only reader once it sends no more. */
async function deliveredWhilePaused(raw: RawClient): Promise<number> {
  const { consumers } = await raw.api<{ consumers: string[] }>(`CONSUMER.NAMES.${STREAMS.logs.name}`);
  const sent = async (): Promise<number> => {
    const info = await raw.api<{ delivered: { consumer_seq: number } }>(
      `CONSUMER.INFO.${STREAMS.logs.name}.${consumers[0]}`,
    );
    return info.delivered.consumer_seq;
  };
  return eventually('the server sends no more', async () => {
    const before = await sent();
    await delay(50);
    return before === (await sent()) && before;
  });
}
