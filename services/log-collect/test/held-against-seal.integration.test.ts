import { createHash, randomBytes } from 'node:crypto';
import type { LogPart, LogPosition } from '@lacuna/cluster';
import { logSubject, MAX_CHUNK_BYTES } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { connectBus, type Bus } from '@lacuna/messaging';
import { eventually, startNats, type NatsFixture } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Capture } from '../src/capture.ts';
import { FinalReadQueue } from '../src/final-read-queue.ts';
import { LogTraffic } from '../src/log-traffic.ts';
import { LookPace } from '../src/look-pace.ts';
import { ReadAheadRoom } from '../src/read-ahead-room.ts';

/**
 * A log of several chunks that is read after its container has ended: first in the cheap way, of which all but the last chunk is stored before the
 * seal can tell whether any of it is right. Whatever the source gives then, in the end the stored log is what was written, or is not called sealed.
 */
let nats: NatsFixture;
let bus: Bus;
let logs = 0;
beforeAll(async () => {
  nats = await startNats();
  bus = await connectBus({ servers: [nats.url], name: 'test' });
  await bus.provision();
});
afterAll(async () => {
  await bus[Symbol.asyncDispose]();
  await nats[Symbol.asyncDispose]();
});

const LOG = Buffer.concat([randomBytes(2 * MAX_CHUNK_BYTES), Buffer.from('the last line\n')]);
const HALF = MAX_CHUNK_BYTES + 1_000;
const [BEGIN, END] = [LOG.subarray(0, HALF), LOG.subarray(HALF)];
/** In the place of the log's own: unlike it, whatever that is. */
const ANOTHER_BYTE = Buffer.of(END.readUInt8(0) ^ 1);
const FOREIGN = Buffer.from('a proxy had something to say\n');

type Bytes = AsyncGenerator<Uint8Array>;
interface Source {
  /** Reads that are held against the seal. */
  readonly first: () => Bytes;
  /** What a checked read gives from its first byte on; the whole log unless told. */
  readonly checked?: () => Bytes;
  /** How long a source that gives nothing is asked again. Milliseconds; unless told far longer than any machine takes to store the log. */
  readonly giveUpMs?: number;
}

async function* give(...parts: readonly Uint8Array[]): Bytes {
  yield* parts;
}

async function* breakAfter(...parts: readonly Uint8Array[]): Bytes {
  yield* parts;
  throw new Error('broken off');
}

function containerOf(number: number) {
  const [podUid, containerId] = [`uid-${number}`, `container-${number}`];
  return { evaluation: testId(number), attempt: 1, pod: 'p', podUid, containerId };
}

/** Starts a capture of a log that was written as `LOG`, and its sources. Another one of the same log goes on where it was. */
function capture(source: Source, number = ++logs, crash = new AbortController()) {
  const asked: LogPosition[] = [];
  const container = containerOf(number);
  const openLog = (_: unknown, from: LogPosition) => {
    asked.push(from);
    const bytes = from.sealedBytes !== undefined ? source.first() : (source.checked ?? (() => give(LOG)))();
    return Promise.resolve({ kind: 'open' as const, body: behind(from.offset, bytes) });
  };
  const follow = { afterMs: 0, busyAfterMs: 0, stallMs: 3_000, mostMs: 6_000, quietMs: 300, leavingMs: 1_000 };
  const run = new Capture(
    container,
    { report: 'none', budgetBytes: Infinity },
    {
      bus,
      cluster: { kind: 'kubernetes', openLog, openSpool: () => Promise.resolve({ kind: 'gone', message: 'none' }) },
      now: Date.now,
      chunking: { idleMs: 1, aheadBytes: 4_000_000, room: new ReadAheadRoom(64_000_000) },
      traffic: new LogTraffic(1_000),
      follow,
      finalReadQueue: new FinalReadQueue(4_000_000),
      finalReads: { afterMs: [1, 10, 20], agreeMs: 20, giveUpMs: source.giveUpMs ?? 20_000 },
      lookPace: new LookPace(),
      nodeOf: () => Promise.resolve(undefined),
      onNotFollowed: () => undefined,
      onHeldUp: () => undefined,
    },
  );
  const sha256 = createHash('sha256').update(LOG).digest('hex');
  run.tellEnd({ kind: 'ended', words: 'Completed', cause: 'no-seal', seal: { bytes: LOG.length, sha256 } });
  const running = run.run(AbortSignal.any([crash.signal, AbortSignal.timeout(30_000)]));
  running.catch(() => undefined);
  const subject = logSubject(container.evaluation, 1, container.podUid);
  return { number, container, asked, statement: running.then(({ statement }) => statement), subject };
}

async function* behind(offset: number, bytes: Bytes): AsyncGenerator<LogPart> {
  let at = 0;
  for await (const part of bytes) {
    const from = Math.max(0, offset - at);
    at += part.length;
    if (from < part.length) yield { bytes: part.subarray(from) };
  }
}

async function isStored(subject: string, log: Buffer): Promise<boolean> {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of bus.readLog(subject, { follow: false }, AbortSignal.timeout(20_000))) parts.push(bytes);
  return Buffer.concat(parts).equals(log);
}

const offsets = (asked: readonly LogPosition[]): number[] => asked.map(({ offset }) => offset);

test('a log that agrees is stored by one read', async () => {
  const { statement, asked, subject } = capture({ first: () => give(BEGIN, END) });
  expect(await statement).toMatchObject({ state: 'sealed', bytes: LOG.length });
  expect(await isStored(subject, LOG)).toBe(true);
  expect(asked.length).toBe(1);
});

test.for([
  ['foreign words at its beginning', () => give(FOREIGN, LOG)],
  ['foreign words in its middle', () => give(BEGIN, FOREIGN, END)],
  ['foreign words behind it', () => give(LOG, FOREIGN)],
  ['a part of it twice', () => give(BEGIN, BEGIN, END)],
  ['a part of it left out', () => give(BEGIN, END.subarray(500))],
  ['another byte', () => give(BEGIN, ANOTHER_BYTE, END.subarray(1))],
  ['its end left out', () => give(LOG.subarray(0, -1))],
  ['only foreign words', () => give(FOREIGN)],
  ['nothing', () => give()],
] as const)('a first read with %s is not believed, and the log is read again', async ([, first]) => {
  const { statement, subject } = capture({ first });
  expect(await statement).toMatchObject({ state: 'sealed', bytes: LOG.length });
  expect(await isStored(subject, LOG)).toBe(true);
});

test('a first read that breaks off is gone on with behind what it brought', async () => {
  const { statement, asked, subject } = capture({ first: () => breakAfter(BEGIN, END.subarray(0, -5_000)) });
  expect(await statement).toMatchObject({ state: 'sealed', bytes: LOG.length });
  expect(await isStored(subject, LOG)).toBe(true);
  expect(asked.length).toBe(2);
  expect(offsets(asked)[1]).toBeGreaterThanOrEqual(MAX_CHUNK_BYTES);
});

test('what a first read brought before it broke off is not believed either', async () => {
  const { statement, asked, subject } = capture({ first: () => breakAfter(FOREIGN, LOG) });
  expect(await statement).toMatchObject({ state: 'sealed', bytes: LOG.length });
  expect(await isStored(subject, LOG)).toBe(true);
  expect(offsets(asked).at(-1), 'from its first byte on').toBe(0);
});

test.for([
  ['right', 'goes on behind it', [BEGIN]],
  ['wrong', 'reads it anew', [FOREIGN, BEGIN]],
] as const)('after a crash in a first read whose bytes were %s, another capture %s', async ([, , begin]) => {
  const crash = new AbortController();
  async function* hangs(): Bytes {
    yield* begin;
    yield LOG.subarray(0, MAX_CHUNK_BYTES);
    await new Promise((resolve) => crash.signal.addEventListener('abort', resolve));
  }
  const one = capture({ first: hangs }, undefined, crash);
  await eventually('a chunk is stored', async () => (await bus.logEnd(one.subject)).offset > 0);
  crash.abort();
  await one.statement.catch(() => undefined);
  const other = capture({ first: () => give(FOREIGN) }, one.number);
  expect(await other.statement).toMatchObject({ state: 'sealed', bytes: LOG.length });
  expect(await isStored(one.subject, LOG)).toBe(true);
  expect(other.asked.some(({ sealedBytes }) => sealedBytes !== undefined)).toBe(false);
});

test('a log that never agrees is not called sealed, and only what checked reads gave of it is kept', async () => {
  const wrong = Buffer.concat([BEGIN, ANOTHER_BYTE, END.subarray(1)]);
  const { statement, subject } = capture({ first: () => give(FOREIGN, LOG), checked: () => give(wrong) });
  expect(await statement).toMatchObject({ state: 'mismatch' });
  expect(await isStored(subject, wrong)).toBe(true);
});

test('nothing is taken back for a source that has nothing to take its place', async () => {
  const wrong = Buffer.concat([BEGIN, END.subarray(1)]);
  const { statement, subject } = capture({ first: () => give(wrong), checked: () => give(), giveUpMs: 500 });
  expect(await statement).toMatchObject({ state: 'truncated' });
  const { offset } = await bus.logEnd(subject);
  expect(offset).toBeGreaterThanOrEqual(MAX_CHUNK_BYTES);
  expect(await isStored(subject, wrong.subarray(0, offset))).toBe(true);
});

test('a replica that was frozen before it took back what is wrong leaves what another has closed meanwhile', async () => {
  const thawed = Promise.withResolvers<void>();
  const first = () => give(FOREIGN, LOG);
  const frozen = capture({
    first,
    checked: async function* (): Bytes {
      await thawed.promise;
      yield* breakAfter(BEGIN);
    },
    giveUpMs: 1_000,
  });
  await eventually('it reads anew', () => frozen.asked.length === 2);
  const other = capture({ first }, frozen.number);
  const statement = await other.statement;
  expect(statement).toMatchObject({ state: 'sealed' });
  thawed.resolve();
  expect(await frozen.statement).toEqual(statement);
  expect(await isStored(frozen.subject, LOG)).toBe(true);
});
