import type { LogPart } from '@lacuna/cluster';
import { MAX_CHUNK_BYTES } from '@lacuna/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunked } from '../src/chunker.ts';

async function* from(parts: readonly Uint8Array[]): AsyncIterable<LogPart> {
  for (const bytes of parts) yield { bytes };
}

const SMALL = { idleMs: 5, aheadBytes: 500_000 };

describe('chunking', () => {
  test('neither loses nor adds nor moves a byte, and no chunk is over the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 400_000 }), { maxLength: 8 }), async (sizes) => {
        const parts = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
        const chunks = await Array.fromAsync(chunked(from(parts), { ...SMALL, idleMs: 1_000 }));
        expect(Buffer.concat(chunks.map(({ bytes }) => bytes)).equals(Buffer.concat(parts))).toBe(true);
        expect(chunks.every(({ bytes }) => bytes.length <= MAX_CHUNK_BYTES)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('a started chunk goes out when nothing more comes, long before the source ends', async () => {
    const never = Promise.withResolvers<void>();
    const source = (async function* () {
      yield { bytes: Uint8Array.of(1) };
      await never.promise;
    })();
    const iterator = chunked(source, SMALL)[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ bytes: Uint8Array.of(1) });
    never.resolve();
    expect((await iterator.next()).done).toBe(true);
  });

  test('a source that breaks makes it break', async () => {
    const source = (async function* () {
      yield { bytes: Uint8Array.of(1) };
      throw new Error('reset by peer');
    })();
    await expect(Array.fromAsync(chunked(source, SMALL))).rejects.toThrow('reset by peer');
  });
});
