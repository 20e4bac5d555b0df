import { createHash } from 'node:crypto';
import type { Seal } from '@lacuna/contracts';

/** Where a log first lacks bytes: not before `from`, and before `to`, both in bytes of what the program wrote. */
export interface FirstLoss {
  readonly from: number;
  readonly to: number;
}

/** The bytes of a stored log from its start, held against the checkpoints of its seal. What comes before the first loss is where it was written. */
export async function firstLoss(
  stored: AsyncIterable<Uint8Array>,
  { bytes, checkpoints }: Pick<Seal, 'bytes' | 'checkpoints'>,
): Promise<FirstLoss> {
  const { every = bytes, sha256 = [] } = checkpoints ?? {};
  const hash = createHash('sha256');
  let at = 0;
  let passed = 0;
  for await (const piece of stored)
    for (let rest = piece; rest.length > 0 && passed < sha256.length;) {
      const part = rest.subarray(0, (passed + 1) * every - at);
      hash.update(part);
      at += part.length;
      rest = rest.subarray(part.length);
      if (at < (passed + 1) * every) continue;
      const isSame = hash
        .copy()
        .digest('hex')
        .startsWith(sha256[passed] ?? '');
      if (!isSame) return { from: passed * every, to: at };
      passed++;
    }
  return { from: passed * every, to: bytes };
}
