import { createHash } from 'node:crypto';
import type { Seal } from '@lacuna/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogAccount } from '../src/log-account.ts';
import { logStatementOf } from '../src/log-statement-of.ts';

function sealOf(bytes: Uint8Array): Seal {
  const lines = bytes.filter((byte) => byte === 10).length;
  return {
    v: 1,
    bytes: bytes.length,
    lines,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    endedAt: 0,
    drainMs: 0,
  };
}

function capturedOf(bytes: Uint8Array) {
  const account = new LogAccount('none');
  account.add(bytes);
  return account.captured();
}

const WRITTEN = new TextEncoder().encode('one\ntwo\nthree\n');

describe('the statement about a log', () => {
  test('is sealed only when every byte is the one that was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (written, captured) => {
        const { state } = logStatementOf(capturedOf(captured), sealOf(written), { tried: [] });
        expect(state === 'sealed').toBe(Buffer.from(written).equals(Buffer.from(captured)));
      }),
    );
  });

  test('counts and hashes the same however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat({ max: 300 }), { maxLength: 5 }),
        (bytes, cuts) => {
          const account = new LogAccount('none');
          let from = 0;
          for (const to of [...cuts.sort((a, b) => a - b), bytes.length]) {
            if (to > bytes.length) continue;
            account.add(bytes.subarray(from, to));
            from = to;
          }
          expect(account.captured()).toEqual(capturedOf(bytes));
        },
      ),
    );
  });

  test('of a cut tail names the lost range, and that the runtime dropped it when every re-read ends there', () => {
    const statement = logStatementOf(capturedOf(WRITTEN.subarray(0, 5)), sealOf(WRITTEN), {
      tried: ['read again after 10 ms from byte 5: ended, 0 more bytes'],
    });
    expect(statement).toMatchObject({ state: 'truncated', bytes: 5, sealedBytes: 14, lost: { from: 5, to: 14 } });
    expect(statement.reason).toBe(
      'log cut after byte 5: 9 of 14 bytes lost; dropped by the runtime: every re-read ends at the same byte',
    );
  });

  test('of a log that the cluster no longer has says that, and not that the runtime dropped it', () => {
    const statement = logStatementOf(capturedOf(WRITTEN.subarray(0, 5)), sealOf(WRITTEN), {
      tried: [],
      sourceFailure: 'the cluster has no log: pod deleted',
    });
    expect(statement.reason).toMatch(/pod deleted/);
  });

  test('of the right length with one other byte is a mismatch', () => {
    const other = Uint8Array.from(WRITTEN, (byte, i) => (i === 3 ? 0 : byte));
    expect(logStatementOf(capturedOf(other), sealOf(WRITTEN), { tried: [] }).state).toBe('mismatch');
  });

  test('without a seal is unsealed, which proves nothing, and none when there was nothing to read', () => {
    expect(logStatementOf(capturedOf(WRITTEN), undefined, { tried: [] }).state).toBe('unsealed');
    expect(logStatementOf(capturedOf(new Uint8Array()), undefined, { tried: [], sourceFailure: 'gone' }).state).toBe(
      'none',
    );
  });
});
