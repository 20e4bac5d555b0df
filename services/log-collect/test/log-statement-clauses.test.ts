import type { LogCause, LogStatement, Seal } from '@lacuna/contracts';
import { describe, expect, test } from 'vitest';
import type { LogEvidence } from '../src/log-evidence.ts';
import { LogAccount } from '../src/log-account.ts';
import { accountOf, ENDED, sealOf, statementOf } from './support/statement-of.ts';

const WRITTEN = Buffer.from('one\ntwo\nthree\n');
const SEAL = sealOf(WRITTEN);

type Gap = Parameters<LogAccount['note']>[0]['gaps'][number];

const noted = (account: LogAccount, ...gaps: Gap[]): LogAccount => {
  account.note({ mark: undefined, gaps });
  return account;
};
const first = (bytes: number): LogAccount => accountOf(WRITTEN.subarray(0, bytes));

test('a statement says what is stored, what was tried and what was taken from the spool', () => {
  const tried = ['read again: 4 more bytes'];
  expect(statementOf(first(14), SEAL, { tried })).toEqual({
    state: 'sealed',
    bytes: 14,
    lines: 3,
    sha256: SEAL.sha256,
    sealedBytes: 14,
    tried,
  });
  expect(statementOf(first(14), SEAL)).not.toHaveProperty('restored');
});

describe('a log over its budget', () => {
  const read = (bytes: Uint8Array, budget: number, ...gaps: Gap[]) => noted(accountOf(bytes, budget), ...gaps);
  const policy = { at: 4, bytes: 10, cause: 'policy' };

  test('names the places before it where bytes are missing too, and none behind it', () => {
    const account = read(
      WRITTEN,
      4,
      { at: 2, cause: 'rotated' },
      { at: 4, cause: 'rotated' },
      { at: 9, cause: 'rotation' },
    );
    expect(statementOf(account, SEAL)).toMatchObject({ cause: 'policy', gaps: [{ at: 2, cause: 'rotated' }, policy] });
  });

  test('that lacks its tail as well counts that with what was dropped', () => {
    expect(statementOf(read(WRITTEN.subarray(0, 9), 4), SEAL)).toMatchObject({
      state: 'truncated',
      cause: 'policy',
      sealedBytes: 14,
      lost: { from: 4, to: 14 },
      gaps: [policy],
    });
  });

  test('that nothing sealed says so, because more may be missing than what was dropped', () => {
    const statement = statementOf(read(WRITTEN, 4));
    expect(statement).toMatchObject({ state: 'truncated', cause: 'policy', bytes: 4, gaps: [policy] });
    expect(statement.reason).toMatch(
      /^truncated by policy, 10 bytes dropped: .* 4 bytes; no seal came with the end of the container/,
    );
  });

  test('that is not what was written says that, and still what was dropped', () => {
    const other = Buffer.from('one\ntwo\nTHREE\n');
    const statement = statementOf(read(other, 4, { at: 2, cause: 'rotated' }), SEAL, { isOpenedLate: true });
    expect(statement).toMatchObject({
      state: 'mismatch',
      cause: 'altered',
      bytes: 4,
      gaps: [{ at: 0, cause: 'opened-late' }, { at: 2, cause: 'rotated' }, policy],
    });
    expect(statement.reason).toBe(
      'the log does not match its seal: the same number of bytes, but not the same bytes; truncated by policy, 10 bytes dropped: the log is longer than its budget of 4 bytes',
    );
  });
});

describe('a log that is not what was written', () => {
  const differs = (log: string, seal: Partial<Seal> = {}): string | undefined =>
    statementOf(accountOf(Buffer.from(log)), { ...SEAL, ...seal }).reason?.replace(
      /^the log does not match its seal: /,
      '',
    );

  test.for<[string, string, Partial<Seal>, RegExp]>([
    ['more bytes', 'one\ntwo\nthree\nfour\n', {}, /^5 bytes more than the program had written$/],
    [
      'more bytes than there were returns',
      'one\ntwo\nthree\nfour\n',
      { returns: 4 },
      /^5 bytes more than the program had written$/,
    ],
    ['as many more as there were returns', 'one\ntwo\nthree\nfour\n', { returns: 5 }, /LACUNA_RUNTIME=other$/],
    ['one more byte', 'one\ntwo\nthree\n\n', {}, /^1 bytes more/],
    ['others', 'one\ntwo\nTHREE\n', {}, /^the same number of bytes, but not the same bytes$/],
    [
      'others, and no returns',
      'one\ntwo\nTHREE\n',
      { returns: 0 },
      /^the same number of bytes, but not the same bytes$/,
    ],
    [
      'others, of two streams',
      'one\ntwo\nTHREE\n',
      { streams: { stdout: SEAL, stderr: SEAL } },
      /^the same number of bytes, but not the same lines; /,
    ],
  ])('says how it differs: %s', ([, log, seal, words]) => {
    expect(differs(log, seal)).toMatch(words);
  });

  test('names where bytes may be missing', () => {
    const account = noted(accountOf(Buffer.from('one\ntwo\nTHREE\n')), { at: 4, cause: 'rotated' });
    expect(statementOf(account, SEAL)).toMatchObject({ sealedBytes: 14, gaps: [{ at: 4, cause: 'rotated' }] });
  });
});

describe('the mode that would have kept what is lost', () => {
  const HINT = /; lossless: true would have kept these bytes$/;
  const because = (cause: LogCause, why = 'x'): Partial<LogEvidence> => ({
    couldBeKept: true,
    failure: { cause: cause as never, why },
  });

  test.for<[LogCause, LogStatement]>([
    ['rotation', statementOf(noted(first(9), { at: 4, cause: 'rotation' }), SEAL, { couldBeKept: true })],
    ['rotated', statementOf(noted(first(9), { at: 4, cause: 'rotated' }), SEAL, { couldBeKept: true })],
    ['unseen', statementOf(first(9), SEAL, { couldBeKept: true, firstLoss: { from: 2, to: 4 } })],
    ['opened-late', statementOf(first(9), SEAL, { couldBeKept: true, isOpenedLate: true })],
    ['dropped-by-runtime', statementOf(first(9), SEAL, { couldBeKept: true })],
    ['dropped-by-reader', statementOf(first(9), SEAL, { couldBeKept: true, isExhausted: false })],
    ['source-failed', statementOf(first(9), SEAL, because('source-failed'))],
    ['altered', statementOf(accountOf(Buffer.from('one\ntwo\nTHREE\n')), SEAL, { couldBeKept: true })],
  ])('is named for %s', ([cause, statement]) => {
    expect([statement.cause, statement.reason]).toEqual([cause, expect.stringMatching(HINT)]);
  });

  test.for<[string, LogStatement]>([
    ['a log that is whole', statementOf(first(14), SEAL, { couldBeKept: true })],
    [
      'a log that the spool proved',
      statementOf(first(14), undefined, { couldBeKept: true, end: { ...ENDED, seal: SEAL, sealedBy: 'spool' } }),
    ],
    ['no log at all', statementOf(first(0), undefined, because('source-failed'))],
    ['a log that is gone with its pod', statementOf(first(9), SEAL, because('source-gone'))],
    ['a log of which nobody can know', statementOf(first(9), undefined, { couldBeKept: true })],
  ])('is not for %s', ([, statement]) => {
    expect(statement.reason ?? '').not.toMatch(/lossless/);
  });

  test('nor is why the spool could not help, of a log that is whole', () => {
    expect(statementOf(first(14), SEAL, { notRestored: 'it is not there' }).reason).toBeUndefined();
  });
});

describe('a log without a seal', () => {
  const said = (account: LogAccount, evidence: Partial<LogEvidence> = {}) => {
    const { state, cause, reason } = statementOf(account, undefined, evidence);
    return [
      state,
      cause,
      reason?.replace(/^no seal came with the end of the container \(Completed, exit code 0\)/, ''),
    ];
  };
  const failure = { cause: 'source-failed', why: 'no route' } as const;

  test('says what the reads after the end showed, and never that they prove anything', () => {
    expect(said(first(14))).toEqual(['unsealed', 'no-seal', '; two reads after the end agree, which is no proof']);
    expect(said(first(14), { isExhausted: false })).toEqual([
      'unsealed',
      'no-seal',
      '; bytes may be missing behind byte 14: dropped by the reader: the last re-read still had more',
    ]);
    expect(said(first(14), { failure })).toEqual([
      'unsealed',
      'source-failed',
      '; bytes may be missing behind byte 14: the log could not be read to its end: no route',
    ]);
    expect(said(noted(first(14), { at: 4, cause: 'rotated' }), { isOpenedLate: true })).toEqual([
      'unsealed',
      'opened-late',
      '; bytes may be missing behind byte 0: its first byte was read when the beginning could have been rotated away; bytes may be missing behind byte 4: the log was rotated there, and whether all before it was read cannot be seen',
    ]);
  });

  test('is none only when nothing at all could be read', () => {
    expect(said(first(0))[0]).toBe('unsealed');
    expect(said(first(0), { failure })[0]).toBe('none');
    expect(said(first(4), { failure })[0]).toBe('unsealed');
  });
});

test('what is lost behind several places is named by all of them, and by the first one’s cause', () => {
  const statement = statementOf(noted(first(9), { at: 4, cause: 'rotated' }, { at: 6, cause: 'rotated' }), SEAL);
  expect(statement).toMatchObject({
    cause: 'rotated',
    gaps: [
      { at: 4, cause: 'rotated' },
      { at: 6, cause: 'rotated' },
      { at: 9, cause: 'dropped-by-runtime' },
    ],
    reason:
      '5 bytes of 14 bytes lost behind one or more of the bytes 4, 6, 9; the log was rotated there, and whether all before it was read cannot be seen',
  });
  expect(statement).not.toHaveProperty('lost');
});
