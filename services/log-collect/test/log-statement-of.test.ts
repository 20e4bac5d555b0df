import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defined } from '@lacuna/contracts';
import { LogAccount } from '../src/log-account.ts';
import { accountOf, ENDED, sealOf, statementOf } from './support/statement-of.ts';

const WRITTEN = new TextEncoder().encode('one\ntwo\nthree\n');
const SEAL = sealOf(WRITTEN);

describe('the statement about a log', () => {
  test('is sealed only when every byte is the one that was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (written, captured) => {
        const { state } = statementOf(accountOf(captured), sealOf(written));
        expect(state === 'sealed').toBe(Buffer.from(written).equals(Buffer.from(captured)));
      }),
    );
  });

  test('counts and hashes the same however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat({ max: 300 }), { maxLength: 5 }),
        fc.nat({ max: 300 }),
        (bytes, cuts, budget) => {
          const account = new LogAccount({ report: 'none', ...defined({ budgetBytes: budget }) });
          let from = 0;
          for (const to of [...cuts.sort((a, b) => a - b), bytes.length]) {
            if (to > bytes.length) continue;
            account.count(bytes.subarray(from, to));
            from = to;
          }
          expect(account.whole()).toEqual(accountOf(bytes).whole());
          expect(account.stored()).toEqual(accountOf(bytes.subarray(0, budget)).whole());
        },
      ),
    );
  });

  test('of a cut tail names the lost range, and that the runtime dropped it when every re-read ends there', () => {
    const statement = statementOf(accountOf(WRITTEN.subarray(0, 5)), SEAL);
    expect(statement).toMatchObject({
      state: 'truncated',
      cause: 'dropped-by-runtime',
      bytes: 5,
      sealedBytes: 14,
      lost: { from: 5, to: 14 },
      gaps: [{ at: 5, bytes: 9, cause: 'dropped-by-runtime' }],
    });
    expect(statement.reason).toBe(
      'log cut after byte 5: 9 of 14 bytes lost; dropped by the runtime: every re-read ends at the same byte',
    );
  });

  test('of a cut tail blames the reader when the last re-read still had more', () => {
    const statement = statementOf(accountOf(WRITTEN.subarray(0, 5)), SEAL, { isExhausted: false });
    expect(statement).toMatchObject({ state: 'truncated', cause: 'dropped-by-reader' });
  });

  test('of a log that was rotated away in its middle names the place and how much', () => {
    const account = accountOf(Buffer.concat([WRITTEN.subarray(0, 4), WRITTEN.subarray(8)]));
    account.note({ mark: undefined, gaps: [{ at: 4, cause: 'rotation' }] });
    const statement = statementOf(account, SEAL);
    expect(statement).toMatchObject({
      state: 'truncated',
      cause: 'rotation',
      lost: { from: 4, to: 8 },
      gaps: [{ at: 4, bytes: 4, cause: 'rotation' }],
    });
  });

  test('of a log that was rotated away in several places names them all, and how much in all', () => {
    const account = accountOf(WRITTEN.subarray(0, 9));
    account.note({ mark: undefined, gaps: [{ at: 8, cause: 'rotation' }] });
    account.note({ mark: undefined, gaps: [{ at: 4, cause: 'rotation' }] });
    const statement = statementOf(account, SEAL);
    expect(statement).toMatchObject({ state: 'truncated', gaps: [{ at: 4 }, { at: 8 }] });
    expect(statement.lost).toBeUndefined();
    expect(statement.reason).toMatch(/^5 bytes of 14 bytes lost behind one or more of the bytes 4, 8;/);
  });

  test('of a suspected gap that lost nothing is sealed', () => {
    const account = accountOf(WRITTEN);
    account.note({ mark: undefined, gaps: [{ at: 4, cause: 'rotation' }] });
    expect(statementOf(account, SEAL)).toMatchObject({ state: 'sealed' });
  });

  test('of a log over its budget says how much was dropped, and vouches for what is stored', () => {
    const statement = statementOf(accountOf(WRITTEN, 4), SEAL);
    expect(statement).toMatchObject({
      state: 'truncated',
      cause: 'policy',
      bytes: 4,
      sha256: sealOf(WRITTEN.subarray(0, 4)).sha256,
      lost: { from: 4, to: 14 },
      reason: 'truncated by policy, 10 bytes dropped: the log is longer than its budget of 4 bytes',
    });
    expect(statementOf(accountOf(WRITTEN, 14), SEAL).state).toBe('sealed');
  });

  test('of a log that the cluster no longer has says that, and not that the runtime dropped it', () => {
    const failure = { cause: 'source-gone', why: 'pod deleted' } as const;
    const statement = statementOf(accountOf(WRITTEN.subarray(0, 5)), SEAL, { failure, isExhausted: false });
    expect(statement).toMatchObject({ cause: 'source-gone', reason: expect.stringMatching(/pod deleted/) as string });
  });

  test('of the right length with one other byte is a mismatch', () => {
    const other = Uint8Array.from(WRITTEN, (byte, i) => (i === 3 ? 0 : byte));
    expect(statementOf(accountOf(other), SEAL)).toMatchObject({ state: 'mismatch', cause: 'altered' });
  });

  test.for([
    ['OOMKilled', 'killed'],
    ['node-lost: the node is away', 'node-gone'],
    ['Evicted', 'evicted'],
  ] as const)('without a seal is no mismatch: what took the container away, %s, is the cause', ([words, cause]) => {
    const statement = statementOf(accountOf(WRITTEN), undefined, { end: { kind: 'ended', words, cause } });
    expect(statement).toMatchObject({ state: 'unsealed', cause, reason: expect.stringContaining(words) as string });
  });

  test('without a seal proves nothing, says what the final reads showed, and names where bytes may be missing', () => {
    expect(statementOf(accountOf(WRITTEN)).reason).toMatch(/two reads after the end agree, which is no proof/);
    const account = accountOf(WRITTEN);
    account.note({ mark: undefined, gaps: [{ at: 4, cause: 'rotation' }] });
    expect(statementOf(account)).toMatchObject({
      state: 'unsealed',
      cause: 'rotation',
      gaps: [{ at: 4, cause: 'rotation' }],
      reason: expect.stringMatching(/bytes may be missing behind byte 4/) as string,
    });
  });

  test('without a seal, and gone before it was read to its end, names the place from which on all may be missing', () => {
    const account = accountOf(WRITTEN.subarray(0, 9));
    account.note({ mark: undefined, gaps: [{ at: 4, cause: 'rotated' }] });
    const failure = { cause: 'source-gone', why: 'pod evicted' } as const;
    expect(statementOf(account, undefined, { failure, isExhausted: false })).toMatchObject({
      state: 'unsealed',
      cause: 'source-gone',
      gaps: [
        { at: 4, cause: 'rotated' },
        { at: 9, cause: 'source-gone' },
      ],
      reason: expect.stringMatching(/behind byte 9: the cluster has no log: pod evicted$/) as string,
    });
  });

  test('is none when there was nothing to read', () => {
    const failure = { cause: 'source-gone', why: 'gone' } as const;
    expect(statementOf(accountOf(new Uint8Array()), undefined, { failure }).state).toBe('none');
  });

  test('sealed by the spool says so, and why the helper itself wrote no seal', () => {
    const end = { ...ENDED, words: 'OOMKilled, exit code 137', seal: SEAL, sealedBy: 'spool' } as const;
    expect(statementOf(accountOf(WRITTEN), undefined, { end, restored: { from: 4, to: 14 } })).toMatchObject({
      state: 'sealed',
      sealedBy: 'spool',
      restored: { from: 4, to: 14 },
      reason: expect.stringMatching(
        /killed before it could write its seal \(OOMKilled.*the 14 bytes that its helper had read/,
      ) as string,
    });
    expect(statementOf(accountOf(WRITTEN), SEAL)).not.toHaveProperty('sealedBy');
  });

  test('that names a loss names the mode that would have kept it, where that is one and was not used', () => {
    const cut = accountOf(WRITTEN.subarray(0, 4));
    const hint = /lossless: true would have kept these bytes/;
    expect(statementOf(cut, SEAL, { couldBeKept: true }).reason).toMatch(hint);
    expect(statementOf(cut, SEAL).reason).not.toMatch(hint);
    expect(statementOf(cut, SEAL, { notRestored: 'it begins at byte 9' }).reason).toMatch(
      /spool could not help: it begins/,
    );
    const killed = { ...ENDED, words: 'OOMKilled', cause: 'killed' } as const;
    expect(statementOf(cut, undefined, { couldBeKept: true, end: killed }).reason).toMatch(
      /kept and sealed what was read/,
    );
    expect(statementOf(accountOf(WRITTEN, 4), SEAL, { couldBeKept: true }).reason).not.toMatch(hint);
  });

  describe('whose seal tells where bytes are first missing', () => {
    const cut = () => accountOf(Buffer.concat([WRITTEN.subarray(0, 4), WRITTEN.subarray(8)]));

    test('names the range of a loss that left no sign', () => {
      const statement = statementOf(cut(), SEAL, { firstLoss: { from: 2, to: 6 } });
      expect(statement).toMatchObject({ state: 'truncated', cause: 'unseen', gaps: [{ at: 2, until: 6, bytes: 4 }] });
      expect(statement.lost).toBeUndefined();
      expect(statement.reason).toBe(
        '4 of 14 bytes lost between byte 2 and byte 6; nothing that the cluster served showed where',
      );
    });

    test('believes a sign in that range, and none before it', () => {
      const account = cut();
      account.note({
        mark: undefined,
        gaps: [
          { at: 1, cause: 'rotated' },
          { at: 4, cause: 'rotation' },
        ],
      });
      const statement = statementOf(account, SEAL, { firstLoss: { from: 2, to: 6 } });
      expect(statement).toMatchObject({ cause: 'rotation', lost: { from: 4, to: 8 } });
      expect(statement.gaps).toHaveLength(1);
    });

    test('that is behind every sign, takes the end for what is missing', () => {
      const account = accountOf(WRITTEN.subarray(0, 9));
      account.note({ mark: undefined, gaps: [{ at: 4, cause: 'rotation' }] });
      const statement = statementOf(account, SEAL, { firstLoss: { from: 8, to: 14 } });
      expect(statement).toMatchObject({ cause: 'dropped-by-runtime', lost: { from: 9, to: 14 } });
    });

    test('keeps the signs behind it as well, because there may be more', () => {
      const account = cut();
      account.note({ mark: undefined, gaps: [{ at: 9, cause: 'rotation' }] });
      const { gaps } = statementOf(account, SEAL, { firstLoss: { from: 2, to: 6 } });
      expect(gaps).toEqual([
        { at: 2, until: 6, cause: 'unseen' },
        { at: 9, cause: 'rotation' },
      ]);
    });

    test('takes the end for what is missing when all before it is there', () => {
      const account = accountOf(WRITTEN.subarray(0, 9));
      expect(statementOf(account, SEAL, { firstLoss: { from: 8, to: 14 } })).toMatchObject({
        cause: 'dropped-by-runtime',
        lost: { from: 9, to: 14 },
      });
    });
  });

  test('that has the carriage returns that were passed on twice names the setting', () => {
    const statement = statementOf(accountOf(Buffer.from('a\r\r\n')), { ...sealOf(Buffer.from('a\r\n')), returns: 1 });
    expect(statement).toMatchObject({
      state: 'mismatch',
      reason: expect.stringMatching(/LACUNA_RUNTIME=other/) as string,
    });
  });
});
