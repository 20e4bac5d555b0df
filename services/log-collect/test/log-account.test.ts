import { expect, test } from 'vitest';
import { LogAccount } from '../src/log-account.ts';
import { sealOf } from './support/statement-of.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const TAP = bytesOf('TAP version 13\n1..2\nok 1 - a\nnot ok 2 - b\n');

function read(bytes: Uint8Array, report?: string): LogAccount {
  const account = new LogAccount({ report });
  account.count(bytes);
  return account;
}

test('results of tests are read in the log, unless they stand in a file', () => {
  expect(read(TAP).report()).toMatchObject({ passed: 1, failed: 1 });
  expect(read(TAP, 'tap').report()).toMatchObject({ passed: 1, failed: 1 });
  expect(read(TAP, 'junit:/tmp/results.xml').report()).toBeUndefined();
});

test('what was read is proven by a seal with just the bytes that are held back behind it, and no others', () => {
  const seal = sealOf(bytesOf('one\ntwo\n'));
  const account = read(bytesOf('one\n'));
  expect(account.isProvenBy(seal, bytesOf('two\n'))).toBe(true);
  for (const held of ['', 'two', 'twx\n', 'two\nthree\n'])
    expect(account.isProvenBy(seal, bytesOf(held)), held).toBe(false);
  expect(read(bytesOf('one\ntwo\n')).isProvenBy(seal)).toBe(true);
});

test('what a source said of a place goes on with the log: where it is found again, and that it is not proven', () => {
  const account = read(bytesOf('one\n'));
  expect(account.overlap()).toEqual({ tail: bytesOf('one\n') });
  expect(account.isUnproven).toBe(false);
  account.note({ mark: '2026-11-26T00:00:00Z', gaps: [], isUnproven: true });
  account.note({ mark: undefined, gaps: [] });
  expect(account.overlap()).toEqual({ tail: bytesOf('one\n'), mark: '2026-11-26T00:00:00Z' });
  expect(account.isUnproven).toBe(true);
});

test('places where bytes may lack are told in order, each once; that some were rotated away is never told as anything weaker', () => {
  const account = new LogAccount({ report: 'none' });
  const [may, does] = ['rotated', 'rotation'] as const;
  account.note({ mark: undefined, gaps: [{ at: 9, cause: may }] });
  account.note({
    mark: undefined,
    gaps: [
      { at: 4, cause: does },
      { at: 9, cause: does },
    ],
  });
  account.note({ mark: undefined, gaps: [{ at: 4, cause: may }] });
  expect(account.gaps).toEqual([
    { at: 4, cause: does },
    { at: 9, cause: does },
  ]);
});

test('of very many such places no more are told than a fact can hold', () => {
  const account = new LogAccount({ report: 'none' });
  account.note({ mark: undefined, gaps: Array.from({ length: 500 }, (_, at) => ({ at, cause: 'rotation' as const })) });
  expect(account.gaps.length).toBe(90);
});

test('of a budget there is room for what is left of it', () => {
  const account = new LogAccount({ report: 'none', budgetBytes: 10 });
  const room = [4, 4, 4, 4].map((length) => {
    const left = account.roomFor(length);
    account.count(new Uint8Array(length));
    return left;
  });
  expect(room).toEqual([4, 4, 2, 0]);
});
