import { createHash } from 'node:crypto';
import type { SealedStreams } from '@lacuna/contracts';
import { describe, expect, test } from 'vitest';
import { LogAccount } from '../src/log-account.ts';
import { accountOf, sealOf, statementOf } from './support/statement-of.ts';

describe('the statement about a log of two streams', () => {
  const witness = (stdout: string, stderr: string) => {
    const [out, err] = [Buffer.from(stdout), Buffer.from(stderr)];
    const sum = (text: string): SealedStreams => ({ stdout: sealOf(out), stderr: sealOf(err), records: text });
    return { ...sealOf(Buffer.concat([out, err])), streams: sum(recordsOf(stdout + stderr)) };
  };
  const read = (log: string): LogAccount => {
    const account = new LogAccount({ report: 'none', streams: 'apart' });
    account.count(Buffer.from(log));
    return account;
  };
  const SEAL_OF_TWO = witness('a\nb\n', 'c\n');

  test('is sealed when every line is there, and says in whose order they are', () => {
    expect(statementOf(read('a\nc\nb\n'), SEAL_OF_TWO)).toMatchObject({
      state: 'sealed',
      sealedBy: 'records',
      reason:
        'all that was written to stdout (4 bytes) and stderr (2 bytes) is there; their lines are in the order in which the runtime wrote them',
    });
    expect(statementOf(read('a\nb\nc\n'), SEAL_OF_TWO)).not.toHaveProperty('sealedBy');
  });

  test.each([
    ['lost', 'a\nc\n', 'truncated'],
    ['altered', 'a\nc\nx\n', 'mismatch'],
    ['mixed with another', 'ac\nb\n\n', 'mismatch'],
    ['there twice', 'a\nc\nb\nb\n', 'mismatch'],
  ])('is never sealed when a line is %s', (_, log, state) => {
    expect(statementOf(read(log), SEAL_OF_TWO).state).toBe(state);
  });

  test('is proven byte for byte only, when its evaluation wanted one', () => {
    expect(statementOf(accountOf(Buffer.from('a\nc\nb\n')), SEAL_OF_TWO).state).toBe('mismatch');
  });
});
/** The sum of the records of lines, as the helper tells it. */
function recordsOf(text: string): string {
  const sum = new Uint32Array(8);
  for (const line of text.match(/.*\n/g) ?? []) {
    const digest = createHash('sha256').update(line).digest();
    sum.forEach((word, i) => (sum[i] = word + digest.readUInt32LE(i * 4)));
  }
  return Buffer.from(sum.buffer).toString('hex');
}
