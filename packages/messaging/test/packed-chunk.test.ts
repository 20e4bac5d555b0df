import { zstdCompressSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { MAX_CHUNK_BYTES } from '@lacuna/contracts';
import { chunkHeaders } from '../src/log-chunk.ts';
import { bytesOfChunk, packedBytes } from '../src/packed-chunk.ts';

const LOG = Buffer.from(Array.from({ length: 4_000 }, (_, i) => `line ${i} of ${i * i}\n`).join(''));
const headersOf = (fields: Record<string, string>) => ({ get: (name: string) => fields[name] });

/** A stored chunk of so many bytes at offset 5, with this payload. */
const stored = (length: number, bytes: Uint8Array) => ({
  subject: 'lacuna.log.x',
  bytes,
  headers: headersOf(chunkHeaders({ container: 'c1', id: 'w1' }, { offset: 5, bytes: new Uint8Array(length) }, true)),
});

/** Bytes that nothing makes shorter, the same ones each time. */
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => (state = (state * 48_271) % 0x7fffffff) >> 8);
}

it.each([16 * 1024, 20_000, LOG.length, MAX_CHUNK_BYTES])('packs %d bytes, and gives them back', async (length) => {
  const bytes = Buffer.alloc(length, LOG);
  const packed = await packedBytes(bytes);
  expect(packed?.length).toBeLessThan(length / 2);
  expect(Buffer.compare(await bytesOfChunk(stored(length, packed ?? bytes)), bytes)).toBe(0);
});

it('leaves alone what is short, and what does not become shorter', async () => {
  expect(await packedBytes(LOG.subarray(0, 16 * 1024 - 1))).toBeUndefined();
  expect(await packedBytes(noise(100_000))).toBeUndefined();
});

it('packs chunk after chunk, of whatever kind and some at once, and gives back each', async () => {
  const kinds = [LOG, noise(MAX_CHUNK_BYTES), Buffer.alloc(1), Buffer.concat([noise(500), LOG, noise(9_000)])];
  const chunks = Array.from({ length: 60 }, (_, i) => Buffer.alloc(16_384 + ((i * 97_001) % 760_000), kinds[i % 4]));
  for (let at = 0; at < chunks.length; at += 6) {
    const some = chunks.slice(at, at + 6);
    const packed = await Promise.all(some.map((bytes) => packedBytes(bytes)));
    const read = await Promise.all(
      some.map(async (bytes, i) => (packed[i] === undefined ? bytes : bytesOfChunk(stored(bytes.length, packed[i])))),
    );
    expect(read.map((bytes, i) => Buffer.compare(bytes, some[i]!))).toEqual(some.map(() => 0));
  }
  expect((await packedBytes(chunks[0]!))?.length, 'packed').toBeLessThan(chunks[0]!.length);
});

it('never takes other bytes for those that were packed', async () => {
  const bytes = LOG.subarray(0, 20_000);
  const packed = Buffer.from((await packedBytes(bytes)) ?? []);
  const outcomes = new Set<string>();
  for (let at = 0; at < packed.length; at += 7) {
    const wrong = Buffer.from(packed);
    wrong.writeUInt8(wrong.readUInt8(at) ^ (1 << (at % 8)), at);
    const read = await bytesOfChunk(stored(bytes.length, wrong)).catch((error: unknown) => error);
    if (!(read instanceof Uint8Array)) outcomes.add((read as { code: string }).code);
    else outcomes.add(Buffer.compare(read, bytes) === 0 ? 'a bit that means nothing' : 'other bytes');
  }
  expect([...outcomes]).toContain('log-damaged');
  expect([...outcomes]).not.toContain('other bytes');
  for (const length of [0, 1, packed.length - 1])
    await expect(bytesOfChunk(stored(bytes.length, packed.subarray(0, length)))).rejects.toMatchObject({
      code: 'log-damaged',
      message: expect.stringContaining('bytes 5 to 20005 of the log lacuna.log.x are damaged') as string,
    });
});

it('unpacks no more than a chunk says that it has, and no chunk that says more than any has', async () => {
  const bomb = zstdCompressSync(Buffer.alloc(64 * 2 ** 20));
  for (const length of [0, 1, 64, MAX_CHUNK_BYTES])
    await expect(bytesOfChunk(stored(length, bomb))).rejects.toMatchObject({ code: 'log-damaged' });
  await expect(bytesOfChunk(stored(64 * 2 ** 20, bomb))).rejects.toThrow('not a log chunk');
});

it('gives a chunk no window beyond the longest one', async () => {
  // A frame by hand: its magic number, a window descriptor (RFC 8878, 3.1.1.1.2), and one last block of bytes as they are.
  const frame = (windowLog: number): Buffer => {
    const block = Buffer.alloc(3);
    block.writeUIntLE((LOG.length << 3) | 1, 0, 3);
    return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]), block, LOG]);
  };
  expect(Buffer.compare(await bytesOfChunk(stored(LOG.length, frame(20))), LOG)).toBe(0);
  await expect(bytesOfChunk(stored(LOG.length, frame(27)))).rejects.toMatchObject({ code: 'log-damaged' });
});

it.each([{ 'Lacuna-Zstd': '5' }, { 'Lacuna-Zstd': '-1 7' }, { 'Lacuna-Zstd': 'x y' }, { 'Lacuna-Offset': 'x' }, {}])(
  'refuses a message that is no chunk: %o',
  async (fields) => {
    const message = { subject: 'lacuna.log.x', bytes: LOG, headers: headersOf(fields) };
    await expect(bytesOfChunk(message)).rejects.toThrow('not a log chunk');
  },
);
