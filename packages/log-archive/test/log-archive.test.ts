import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { Failure } from '@lacuna/contracts';
import { testId } from '@lacuna/contracts/testing';
import { tempDir } from '@lacuna/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DirectoryStore, LogArchive, type ArchivedLog } from '../src/index.ts';
import { FRAME_BYTES } from '../src/log-packer.ts';

const { signal } = new AbortController();
const owner = { evaluation: testId(1), attempt: 1, podUid: 'pod-1', closedAt: Date.UTC(2026, 10, 26) };

let dir: Awaited<ReturnType<typeof tempDir>>;
let archive: LogArchive;
beforeAll(async () => {
  dir = await tempDir();
  archive = new LogArchive(new DirectoryStore(dir.path));
});
afterAll(() => dir[Symbol.asyncDispose]());

const identityOf = (log: Uint8Array) => ({ bytes: log.length, sha256: createHash('sha256').update(log).digest('hex') });
const write = (log: Uint8Array, chunkBytes = 250_000): Promise<ArchivedLog> =>
  archive.write(owner, identityOf(log), chunks(log, chunkBytes), signal);

async function* chunks(log: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < log.length; at += size) yield log.subarray(at, at + size);
}

/** A log that packs well in some places and not at all in others. */
function logOf(bytes: number, seed: number): Buffer {
  const log = Buffer.alloc(bytes, `line ${seed} of a log\n`);
  for (let at = 0; at + 4 <= bytes / 2; at += 4) log.writeUInt32LE(Math.imul(at + seed, 2_654_435_761) >>> 0, at);
  return log;
}

async function read(log: ArchivedLog, from = 0): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let at = from;
  for await (const { offset, bytes } of archive.read(log, from, signal)) {
    expect(offset).toBe(at);
    at += bytes.length;
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

test('any range of an archived log is that range of the log, however it was written', async () => {
  const sizes = fc.oneof(
    fc.integer({ min: 1, max: 3_000 }),
    fc.integer({ min: -2, max: 2 }).map((d) => FRAME_BYTES + d),
    fc.integer({ min: 1, max: 7 * FRAME_BYTES }),
  );
  const cases = fc.record({ size: sizes, seed: fc.nat(1_000), chunkBytes: fc.integer({ min: 1_000, max: 262_144 }) });
  await fc.assert(
    fc.asyncProperty(
      cases,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
      async (made, cuts) => {
        const original = logOf(made.size, made.seed);
        const log = await write(original, made.chunkBytes);
        const offsets = [0, 1, FRAME_BYTES, original.length - 1, original.length, original.length + 5];
        for (const from of [...offsets, ...cuts.map((cut) => Math.floor(cut * original.length))])
          expect(Buffer.compare(await read(log, from), original.subarray(Math.min(from, original.length)))).toBe(0);
      },
    ),
    { numRuns: 15 },
  );
}, 120_000);

test('an object is a zstd file of the log, for whoever has no Lacuna', async () => {
  const original = logOf(3 * FRAME_BYTES + 17, 5);
  const { object, packedBytes } = await write(original);
  const file = await readFile(join(dir.path, object));
  expect(file.length).toBe(packedBytes);
  expect(Buffer.compare(zstdDecompressSync(file), original)).toBe(0);
});

test('the same log written twice is the same object; two pods with the same log have two', async () => {
  const log = logOf(100_000, 9);
  const first = await write(log, 1_000);
  expect(await write(log, 77_777)).toEqual(first);
  const other = await archive.write({ ...owner, podUid: 'pod-2' }, identityOf(log), chunks(log, 1_000), signal);
  await archive.remove(first, signal);
  await archive.verify(other, signal);
});

test('logs are listed in the order of their closing, with whose they are, and nothing else is', async () => {
  await using other = await tempDir();
  const listed = new LogArchive(new DirectoryStore(other.path));
  const log = logOf(1_000, 1);
  const owners = [5, 3, 4, 1, 2].map((n) => ({
    ...owner,
    evaluation: testId(n),
    attempt: n,
    closedAt: owner.closedAt + n * 40_000_000.25,
  }));
  for (const one of owners) await listed.write(one, identityOf(log), chunks(log, 1_000), signal);
  await mkdir(join(other.path, 'lost+found'));
  await writeFile(join(other.path, 'lost+found', 'readme'), '');
  const found = await Array.fromAsync(listed.list(signal));
  expect(found.map(({ evaluation, attempt, closedAt }) => [evaluation, attempt, closedAt])).toEqual(
    [1, 2, 3, 4, 5].map((n) => [testId(n), n, Math.floor(owner.closedAt + n * 40_000_000.25)]),
  );
});

test.each([
  ['is shorter', (log: Buffer) => log.subarray(1), /has 299999 bytes, its statement says 300000/],
  [
    'is another one',
    (log: Buffer) => Buffer.from(log.map((byte, i) => (i === 7 ? byte ^ 1 : byte))),
    /but not the same ones/,
  ],
])('a log that %s than its statement says is not stored', async (_title, change, words) => {
  const log = logOf(300_000, 11);
  const writing = archive.write(owner, identityOf(log), chunks(change(log), 1_000), signal);
  await expect(writing).rejects.toMatchObject({ code: 'log-damaged', message: expect.stringMatching(words) as string });
});

describe('what is wrong in the store is told and never shown', () => {
  const original = logOf(4 * FRAME_BYTES, 3);
  let log: ArchivedLog;
  let path: string;
  let whole: Buffer;
  beforeAll(async () => {
    log = await write(original);
    path = join(dir.path, log.object);
    whole = await readFile(path);
  });

  test('any byte that is altered: what is read before it is right, and the reading breaks off', async () => {
    const flips = fc.record({ at: fc.nat(whole.length - 1), bit: fc.nat(7), from: fc.nat(original.length - 1) });
    await fc.assert(
      fc.asyncProperty(flips, async ({ at, bit, from }) => {
        const altered = Buffer.from(whole);
        altered.writeUInt8(altered.readUInt8(at) ^ (1 << bit), at);
        await writeFile(path, altered);
        await expectRightOrDamaged(from);
        await expect(archive.verify(log, signal)).rejects.toMatchObject({ code: 'log-damaged' });
      }),
      { numRuns: 50 },
    );
  }, 120_000);

  test.each([0.1, 0.5, 0.999])('an object cut at %d of its length', async (share) => {
    await writeFile(path, whole);
    await truncate(path, Math.floor(whole.length * share));
    await expect(read(log)).rejects.toMatchObject({
      code: 'log-damaged',
      message: expect.stringMatching(/has less than its \d+ bytes$/) as string,
    });
  });

  test('an object of another log in its place', async () => {
    const other = await write(logOf(4 * FRAME_BYTES, 4));
    await writeFile(path, await readFile(join(dir.path, other.object)));
    await expectRightOrDamaged(0);
    await expect(archive.verify(log, signal)).rejects.toMatchObject({ code: 'log-damaged' });
  });

  test('an object that is missing', async () => {
    await rm(path);
    await expect(read(log)).rejects.toMatchObject({
      code: 'log-damaged',
      message: expect.stringContaining(`${log.object} of ${archive.name} is not there`) as string,
    });
  });

  /** Reads, and compares what comes with the original, until it ends or damage is told. */
  async function expectRightOrDamaged(from: number): Promise<void> {
    try {
      for await (const { offset, bytes } of archive.read(log, from, signal))
        expect(Buffer.compare(bytes, original.subarray(offset, offset + bytes.length))).toBe(0);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'log-damaged') throw error;
    }
  }
});
