import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogAlignment, type KnownLog } from '../src/log-alignment.ts';

const FIRST = '2026-01-02T03:04:05.000000001Z';
const STAMP = '2026-01-02T03:04:06.000000001Z';

/** Reads a source, in pieces of a length, whose watched lines begin at these places; gives what is behind the place, and where the file begins. */
function found(
  known: KnownLog,
  source: string,
  {
    watched = [],
    first = 'another file',
    size = source.length,
  }: { watched?: number[]; first?: string; size?: number } = {},
): { readonly fresh: string; readonly fileStart: number } | undefined {
  const alignment = new LogAlignment(known);
  const bytes = Buffer.from(source);
  const fresh: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size);
    const inPiece = watched.filter((place) => place >= at && place < at + size).map((place) => place - at);
    fresh.push(alignment.take({ bytes: piece, first, watched: inPiece, back: [] }));
  }
  expect(alignment.passed).toBe(bytes.length);
  return alignment.isFound ? { fresh: Buffer.concat(fresh).toString(), fileStart: alignment.fileStart } : undefined;
}

/** What is known after reading a text whose last line begins at the given place. */
const known = (read: string, at?: number): KnownLog => ({
  offset: read.length,
  tail: Buffer.from(read),
  ...(at !== undefined && { mark: { first: FIRST, at, stamp: STAMP } }),
});

describe('without a mark', () => {
  test.for([1, 2, 3, 5, 100])('what was read is passed, and the rest is new, in pieces of %i bytes', (size) => {
    expect(found(known('one\ntw'), 'one\ntwo\n', { size })).toEqual({ fresh: 'o\n', fileStart: 0 });
    expect(found(known(''), 'one\n', { size })).toEqual({ fresh: 'one\n', fileStart: 0 });
    expect(found(known('one\n'), 'one\n', { size })).toEqual({ fresh: '', fileStart: 0 });
  });

  test('other bytes are another log, and fewer are none', () => {
    expect(found(known('one\n'), 'ONE\ntwo\n')).toBeUndefined();
    expect(found(known('one\n'), 'ONE\ntwo\n', { size: 1 })).toBeUndefined();
    expect(found(known('one\n'), 'on')).toBeUndefined();
  });
});

describe('by the line that was read last', () => {
  test.for([1, 2, 4, 100])('the place is found in a file that begins later, in pieces of %i bytes', (size) => {
    const log = known('one\ntwo\nthr', 8);
    expect(found(log, 'two\nthree\nfour\n', { watched: [4], size })).toEqual({ fresh: 'ee\nfour\n', fileStart: 4 });
    expect(found(log, 'three\nfour\n', { watched: [0], size })).toEqual({ fresh: 'ee\nfour\n', fileStart: 8 });
  });

  test('bytes decide between lines with one timestamp', () => {
    const log = known('q\nb\nx\nb\nc\n', 8);
    expect(found(log, 'b\nx\nb\nc\nnew\n', { watched: [2, 6] })).toEqual({ fresh: 'new\n', fileStart: 2 });
    expect(found(log, 'b\nx\n', { watched: [2] })).toBeUndefined();
    expect(found(log, 'b\nx\nb\nc\nnew\n', { watched: [2, 6], size: 1 })?.fresh).toBe('new\n');
  });

  test('bytes before the line decide too', () => {
    const log = known('q\nx\nc\nb\nc\n', 8);
    expect(found(log, 'x\nc\nb\nc\nnew\n', { watched: [2, 6] })?.fresh).toBe('new\n');
    expect(found(log, 'x\nc\nnew\n', { watched: [2] })).toBeUndefined();
  });

  test('in the first file of the log only its own place counts: equal lines with equal timestamps are not told apart by bytes', () => {
    const log = known('same\nsame\n', 5);
    expect(found(log, 'same\nsame\nsame\n', { watched: [0, 5, 10], first: FIRST })).toEqual({
      fresh: 'same\n',
      fileStart: 0,
    });
    expect(found(log, 'same\n', { watched: [0], first: FIRST })).toBeUndefined();
  });

  test('a place that no line proposes is none', () => {
    expect(found(known('one\n', 0), 'one\ntwo\n')).toBeUndefined();
  });
});

test('a log that is read again from any place is gone on with behind it, however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a\n', 'b\n', 'long line\n', '\n'), { minLength: 1, maxLength: 12 }),
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 20 }),
      (lines, upTo, from, size) => {
        const log = lines.join('');
        const read = log.slice(0, 1 + (upTo % log.length));
        const at = read.slice(0, -1).lastIndexOf('\n') + 1;
        // The file was rotated at the end of a line, before the one that was read last.
        const starts = [0, ...lines.map((_, i) => lines.slice(0, i + 1).join('').length)].filter(
          (start) => start <= at,
        );
        const start = starts[from % starts.length]!;
        const behind = found(known(read, at), log.slice(start), {
          watched: [at - start],
          first: start === 0 ? FIRST : 'x',
          size,
        });
        expect(behind).toEqual({ fresh: log.slice(read.length), fileStart: start });
      },
    ),
  );
});
