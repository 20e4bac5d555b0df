import { MAX_CHUNK_BYTES } from '@lacuna/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunked } from '../src/chunker.ts';

async function* from(parts: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* parts;
}

describe('chunking', () => {
  test('neither loses nor adds nor moves a byte, and no chunk is over the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 400_000 }), { maxLength: 8 }), async (sizes) => {
        const parts = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
        const chunks = await Array.fromAsync(chunked(from(parts), 1_000));
        expect(Buffer.concat(chunks).equals(Buffer.concat(parts))).toBe(true);
        expect(chunks.every((chunk) => chunk.byteLength > 0 && chunk.byteLength <= MAX_CHUNK_BYTES)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('a started chunk goes out when nothing more comes, long before the source ends', async () => {
    const never = Promise.withResolvers<void>();
    const source = (async function* () {
      yield Uint8Array.of(1);
      await never.promise;
    })();
    const iterator = chunked(source, 5)[Symbol.asyncIterator]();
    expect(await iterator.next()).toEqual({ done: false, value: Buffer.of(1) });
    never.resolve();
    expect((await iterator.next()).done).toBe(true);
  });

  test('a source that breaks makes it break', async () => {
    const source = (async function* () {
      yield Uint8Array.of(1);
      throw new Error('reset by peer');
    })();
    await expect(Array.fromAsync(chunked(source, 5))).rejects.toThrow('reset by peer');
  });
});
