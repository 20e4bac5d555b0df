import { createHash } from 'node:crypto';
import type { Seal } from '@lacuna/contracts';

const LINE = 80;
const LINES = 9_400;
/** `2026-01-02T` before, `.000000000Z ` behind the time of day. */
const TIME_AT = 11;
const PREFIX = '2026-01-02T00:00:00.000000000Z '.length;
const PLAIN_BLOCK = Buffer.concat(
  Array.from({ length: LINES }, (_, i) => Buffer.from(`${String(i).padEnd(LINE - 1, '.')}\n`)),
);

/**
 * A log of any length as a kubelet sends it, in blocks of about a megabyte: lines of 80 bytes, each with a timestamp of its own if they are asked
 * for, made faster than anybody reads.
 */
export function* blocksOfLog(blocks: number, timestamps: boolean): Generator<Buffer> {
  if (timestamps) yield* stampedBlocks(blocks);
  else for (let i = 0; i < blocks; i++) yield PLAIN_BLOCK;
}

function* stampedBlocks(blocks: number): Generator<Buffer> {
  const block = Buffer.concat(
    Array.from({ length: LINES }, (_, i) =>
      Buffer.from(`2026-01-02T00:00:00.${String(i).padStart(9, '0')}Z ${String(i).padEnd(LINE - 1, '.')}\n`),
    ),
  );
  for (let i = 0; i < blocks; i++) {
    const time = Buffer.from(new Date(i * 1_000).toISOString().slice(11, 19));
    for (let line = 0; line < LINES; line++) time.copy(block, line * (PREFIX + LINE) + TIME_AT);
    yield Buffer.from(block);
  }
}

/** The seal of such a log. */
export function sealOfBlocks(blocks: number): Seal {
  const hash = createHash('sha256');
  for (let i = 0; i < blocks; i++) hash.update(PLAIN_BLOCK);
  const sha256 = hash.digest('hex');
  return { v: 1, bytes: blocks * PLAIN_BLOCK.length, lines: blocks * LINES, sha256, endedAt: 0, drainMs: 0 };
}
