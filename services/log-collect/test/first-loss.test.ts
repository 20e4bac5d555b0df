import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstLoss } from '../src/first-loss.ts';

/** As the helper tells it: a multiple of 1,024 apart, 8 to 15 of them. */
function sealOf(written: Buffer) {
  let every = 1_024;
  while (Math.floor(written.length / every) >= 16) every *= 2;
  const sha256 = Array.from({ length: Math.floor(written.length / every) }, (_, i) =>
    createHash('sha256')
      .update(written.subarray(0, (i + 1) * every))
      .digest('hex')
      .slice(0, 16),
  );
  return { bytes: written.length, checkpoints: { every, sha256 } };
}

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test('wherever bytes are missing, the first of them is in the range that is told, which is no longer than from one checkpoint to the next', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 200_000 }),
      fc.array(fc.record({ at: fc.nat(200_000), bytes: fc.integer({ min: 1, max: 5_000 }) }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.integer({ min: 500, max: 70_000 }),
      async (length, losses, size) => {
        // No line of it is like another, so that little of what is missing can be taken for what follows.
        const written = Buffer.from(
          Array.from({ length: length / 8 + 1 }, (_, i) => `${i}\n`.padStart(8)).join(''),
        ).subarray(0, length);
        const isLost = new Uint8Array(length);
        for (const { at, bytes } of losses) isLost.fill(1, at % length, (at % length) + bytes);
        const stored = written.filter((_, i) => isLost[i] === 0);
        const seal = sealOf(written);
        const { from, to } = await firstLoss(inPieces(stored, size), seal);
        // The first lost byte may be the same as the first one behind the loss: then the loss is as well from the next byte on.
        const place = written.findIndex((byte, i) => byte !== stored[i]);
        expect(from).toBeLessThanOrEqual(place);
        expect(to).toBeGreaterThan(place);
        const { every } = seal.checkpoints;
        expect(stored.length < from + every || to - from <= every).toBe(true);
      },
    ),
  );
});

test('without checkpoints it may be anywhere', async () => {
  expect(await firstLoss(inPieces(Buffer.from('abc'), 2), { bytes: 5 })).toEqual({ from: 0, to: 5 });
});
