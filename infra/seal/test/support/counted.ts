import { createHash } from 'node:crypto';

export const counted = (output: Buffer) => ({
  bytes: output.length,
  lines: output.filter((byte) => byte === 0x0a).length,
  sha256: createHash('sha256').update(output).digest('hex'),
});

const RECORD = /[^\n]{0,16383}\n|[^\n]{1,16384}/g;

/** The sum of the hashes of all records of some streams, as `SealedStreamsSchema` of the contracts defines it. */
export function recordsOf(streams: readonly Buffer[]): string {
  const sum = Array<bigint>(8).fill(0n);
  for (const stream of streams)
    for (const record of stream.toString('latin1').match(RECORD) ?? []) {
      const digest = createHash('sha256').update(record, 'latin1').digest();
      for (let i = 0; i < 8; i++) sum[i] = (sum[i]! + BigInt(digest.readUInt32LE(i * 4))) % 2n ** 32n;
    }
  const bytes = Buffer.alloc(32);
  sum.forEach((word, i) => bytes.writeUInt32LE(Number(word), i * 4));
  return bytes.toString('hex');
}
