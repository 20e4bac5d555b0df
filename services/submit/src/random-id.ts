import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;
/** Random bytes are drawn for many ids at once: one call costs the same for 16 bytes and for 4 KiB. */
const pool = Buffer.allocUnsafe(256 * ID_BYTES);
let used = pool.length;

/** 128 random bits, each given out once. */
export function randomId(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.subarray(used, (used += ID_BYTES));
}
