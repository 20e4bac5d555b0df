import { expect, test } from 'vitest';
import { LogScanner } from '../src/index.ts';
import { SIGNAL_WORDS } from '../src/log/signals.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const scan = (chunks: readonly Uint8Array[]) => {
  const scanner = new LogScanner();
  for (const chunk of chunks) scanner.write(chunk);
  return scanner.end();
};

const LOG = bytes(
  [
    'collected 25 items',
    '\u001b[31mOSError: ECONNREFUSED 127.0.0.1:5432\u001b[0m',
    'fine, and also Connection reset by peer, twice: Connection reset',
    'sqlalchemy.exc: QueuePool limit of size 5 overflow 10 reached',
    'last words',
    '',
  ].join('\n'),
);

test('every word is found, alone and within a line', () => {
  for (const [kind, words] of Object.entries(SIGNAL_WORDS))
    for (const word of words)
      expect(scan([bytes(`12:00 ${word}!\n`)]).found).toMatchObject([{ kind, count: 1, line: `12:00 ${word}!` }]);
});

test('cut into two at any byte, a log gives the same signals, counted by lines, places and tail', () => {
  const whole = scan([LOG]);
  expect(whole.found.map(({ kind, count }) => [kind, count])).toEqual([
    ['connection-refused', 1],
    ['connection-reset', 1],
    ['pool-exhausted', 1],
  ]);
  expect(whole.found[0]).toMatchObject({
    firstAt: new TextDecoder().decode(LOG).indexOf('ECONN'),
    line: 'OSError: ECONNREFUSED 127.0.0.1:5432',
  });
  for (let at = 0; at <= LOG.length; at++) {
    const cut = scan([LOG.subarray(0, at), LOG.subarray(at)]);
    expect(cut.found.map(({ kind, count, firstAt, lastAt }) => [kind, count, firstAt, lastAt])).toEqual(
      whole.found.map(({ kind, count, firstAt, lastAt }) => [kind, count, firstAt, lastAt]),
    );
    expect(cut.tail).toEqual(whole.tail);
  }
});

test('byte by byte too, and it counts the bytes', () => {
  const single = scan([...LOG].map((byte) => Uint8Array.of(byte)));
  expect(single.bytes).toBe(LOG.length);
  expect(single.found.map(({ kind, count }) => [kind, count])).toEqual(
    scan([LOG]).found.map(({ kind, count }) => [kind, count]),
  );
});

test('keeps the end only, however long the log is', () => {
  const { tail } = scan(Array.from({ length: 64 }, (_, i) => bytes(`${'x'.repeat(65_535)}${i % 10}`)));
  expect(tail.join('\n').length).toBe(16 * 1024);
});

test('a number is no status: 429 and 503 alone say nothing', () => {
  expect(scan([bytes('429 rows in 503 ms, took 429 bytes\n')]).found).toEqual([]);
});

test('bytes that are not text, and lines of a megabyte, do no harm', () => {
  const noise = new Uint8Array(1_000_000).map((_, i) => (i * 131) % 256);
  expect(scan([noise, bytes('ECONNRESET'), noise]).found).toMatchObject([{ kind: 'connection-reset', count: 1 }]);
});
