import { createHash } from 'node:crypto';
import type { SpoolPart } from '@lacuna/cluster';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spoolPlan, type SpoolPlan } from '../src/spool-plan.ts';

const sealOf = (bytes: Uint8Array) => ({
  bytes: bytes.length,
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* spoolOf(bytes: Uint8Array, from: number, size: number): AsyncGenerator<SpoolPart> {
  for (let at = from; at < bytes.length; at += size) yield { offset: at, bytes: bytes.subarray(at, at + size) };
}

const planOf = (
  written: Uint8Array,
  stored: Uint8Array,
  from: number,
  sizes: readonly [number, number] = [3, 5],
): Promise<SpoolPlan> => spoolPlan(pieces(stored, sizes[0]), spoolOf(written, from, sizes[1]), sealOf(written));

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('what a spool can do for a log', () => {
  test.each([
    ['the end is missing', 'one two', 0, 7],
    ['all is missing', '', 0, 0],
    ['the middle is missing', 'one three', 0, 5],
    ['bytes are others', 'one twx three', 0, 6],
    ['there are more bytes than were written', 'one two three and more', 0, 13],
    ['the spool has only the end of it', 'one two', 6, 7],
  ])('when %s, all behind the first wrong byte comes from it', async (_, stored, from, right) => {
    expect(await planOf(text('one two three'), text(stored), from)).toEqual({ kind: 'usable', right });
  });

  test.each([
    ['begins behind what is stored', 'one', 6, /begins at byte 6, and only 3/],
    ['begins behind a byte that is wrong', 'onX two', 6, /not the same/],
  ])('it is useless when it %s', async (_, stored, from, why) => {
    expect(await planOf(text('one two three'), text(stored), from)).toEqual({
      kind: 'useless',
      why: expect.stringMatching(why) as string,
    });
  });

  test('it is useless when a part of it did not come, or it ends early', async () => {
    const written = text('one two three');
    async function* without(missing: number): AsyncGenerator<SpoolPart> {
      for await (const part of spoolOf(written, 0, 4)) if (part.offset !== missing) yield part;
    }
    const planWithout = (missing: number) => spoolPlan(pieces(text('one'), 3), without(missing), sealOf(written));
    expect(await planWithout(4)).toMatchObject({ why: expect.stringMatching(/begins at byte 8, and only 4/) });
    expect(await planWithout(12)).toMatchObject({ why: expect.stringMatching(/there are 12 of 13 bytes/) });
  });

  test('whatever was stored and however it comes, all that is written there as well is right, and nothing behind that', async () => {
    const bytes = fc.uint8Array({ max: 3, maxLength: 40 });
    const size = fc.integer({ min: 1, max: 9 });
    // What was written, but for a piece that is lost or is another.
    const pairs = fc
      .tuple(bytes, fc.nat(40), fc.nat(3), fc.uint8Array({ max: 3, maxLength: 3 }))
      .map(
        ([written, at, lost, other]) =>
          [written, Uint8Array.of(...written.subarray(0, at), ...other, ...written.subarray(at + lost))] as const,
      );
    await fc.assert(
      fc.asyncProperty(pairs, fc.nat(40), fc.tuple(size, size), async ([written, stored], from, sizes) => {
        const begin = Math.min(from, written.length);
        const plan = await planOf(written, stored, begin, sizes);
        const differs = written.findIndex((byte, index) => byte !== stored[index]);
        const right = differs === -1 ? written.length : differs;
        const isUsable = right >= begin && (begin < written.length || written.length === 0);
        expect([plan.kind, plan.kind === 'usable' ? plan.right : right]).toEqual([
          isUsable ? 'usable' : 'useless',
          right,
        ]);
      }),
      { numRuns: 500 },
    );
  });
});
