import type { LogPart } from '@lacuna/cluster';
import { MAX_CHUNK_BYTES } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Chunk } from '../src/chunk.ts';
import { chunked } from '../src/chunker.ts';
import { ReadAhead } from '../src/read-ahead.ts';
import { ReadAheadRoom } from '../src/read-ahead-room.ts';

async function* from(parts: readonly Uint8Array[]): AsyncIterable<LogPart> {
  for (const bytes of parts) yield { bytes };
}

const SMALL = { idleMs: 5, aheadBytes: 500_000, room: new ReadAheadRoom(1_000_000) };

describe('chunking', () => {
  test('L16: neither loses nor adds nor moves a byte, and no chunk is over the limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 400_000 }), { maxLength: 8 }), async (sizes) => {
        const parts = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
        const chunks: Buffer[] = [];
        const held: Uint8Array[] = [];
        for await (const { bytes } of chunked(from(parts), { ...SMALL, idleMs: 1_000 })) {
          // As late as its reader may look at it.
          if (held.push(bytes) > 3) chunks.push(Buffer.from(held.shift()!));
        }
        chunks.push(...held.map((bytes) => Buffer.from(bytes)));
        expect(Buffer.concat(chunks).equals(Buffer.concat(parts))).toBe(true);
        expect(chunks.every(({ length }) => length <= MAX_CHUNK_BYTES)).toBe(true);
      }),
      // So many long chunks that memory for them is used again.
      { numRuns: 30, examples: [[Array.from({ length: 24 }, () => 300_000)]] },
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

  test('what comes while the one before is being stored goes out in one, without another wait', async () => {
    const stored = Promise.withResolvers<void>();
    const source = (async function* () {
      for (let i = 0; i < 100; i++) yield { bytes: Uint8Array.of(i) };
      stored.resolve();
      await new Promise(() => undefined);
    })();
    const iterator = chunked(source, { ...SMALL, idleMs: 1 })[Symbol.asyncIterator]();
    const first = (await iterator.next()).value as Chunk;
    await stored.promise;
    const second = first.bytes.length === 100 ? 0 : ((await iterator.next()).value as Chunk).bytes.length;
    expect(first.bytes.length + second).toBe(100);
  });

  test('is read ahead to its limit, and to that of all logs', async () => {
    const room = new ReadAheadRoom(1_000);
    const reads = { hungry: 0, late: 0 };
    const endless = (name: keyof typeof reads) =>
      (async function* (): AsyncGenerator<LogPart> {
        for (;;) {
          reads[name]++;
          yield { bytes: new Uint8Array(100) };
        }
      })();
    const hungry = new ReadAhead(endless('hungry'), { idleMs: 1, aheadBytes: 800, room });
    await eventually('one log has what it may have', () => room.held === 800);
    const late = new ReadAhead(endless('late'), { idleMs: 1, aheadBytes: 800, room });
    await eventually('another has what is left', () => room.held === 1_000);
    const third = new ReadAhead(endless('late'), { idleMs: 1, aheadBytes: 800, room });
    await eventually('and one more a piece', () => room.held === 1_100);
    hungry.take();
    await eventually('and all that is given back', () => room.held >= 1_000 && reads.hungry > 9);
    for (const one of [hungry, late, third]) one.stop();
    expect(room.held).toBe(0);
  });

  test('a source that breaks makes it break', async () => {
    const source = (async function* () {
      yield { bytes: Uint8Array.of(1) };
      throw new Error('reset by peer');
    })();
    await expect(Array.fromAsync(chunked(source, SMALL))).rejects.toThrow('reset by peer');
  });
});
