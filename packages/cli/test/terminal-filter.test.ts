import { describe, expect, test } from 'vitest';
import { TerminalFilter } from '../src/text/terminal-filter.ts';

function filtered(...chunks: (string | Uint8Array)[]): string {
  const filter = new TerminalFilter();
  return chunks.map((chunk) => filter.push(Buffer.from(chunk))).join('') + filter.end();
}

describe('a log on a terminal', () => {
  test.for([
    ['keeps text, tabs and characters of any script', 'größe\t✔ 測試\n', 'größe\t✔ 測試\n'],
    [
      'keeps colours, and switches them off at the end',
      '\x1b[1;31mred\x1b[38:5:1m',
      '\x1b[1;31mred\x1b[38:5:1m\x1b[0m',
    ],
    ['drops a window title', 'a\x1b]0;pwned\x07b', 'ab'],
    ['drops a clipboard write that ends with ST', 'a\x1b]52;c;aGk=\x1b\\b', 'ab'],
    ['drops a link but keeps its text', '\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['drops cursor movement, erasing and screens', 'a\x1b[2J\x1b[1;1H\x1b[?1049h\x1b[3Ab', 'ab'],
    ['drops a private sequence that only looks like a colour', 'a\x1b[>4;2mb', 'ab'],
    ['drops device strings, charsets and resets', 'a\x1bP1$tx\x1b\\b\x1b(0c\x1bcd\x1b7e', 'abcde'],
    ['drops the same as 8-bit controls', 'a\u009b2Jb\u009d0;t\u0007c\u0085d', 'abcd'],
    ['drops bells, backspaces and NULs', 'a\x07\b\0b', 'ab'],
    ['drops characters that turn the direction of text around', 'a\u202eb\u2066c\u061cd\u200e\u200f', 'abcd'],
    ['shows a line that would be overwritten', 'FAILED\rpassed\r\nend\r', 'FAILED\npassed\nend\n'],
    ['does not lose the rest of the log to a string that never ends', 'a\x1b]0;open\nnext\n', 'a\nnext\n'],
    ['does not lose it to a broken control sequence either', 'a\x1b[12\nnext', 'a\nnext'],
    ['shows bytes that are no UTF-8 as such', Buffer.from([0x61, 0xff, 0xfe, 0x62]), 'a��b'],
  ] as const)('%s', ([, log, shown]) => {
    expect(filtered(log)).toBe(shown);
  });

  test('looks the same wherever the stream is cut', () => {
    const log = Buffer.from('a\x1b[1;31mß✔\r\x1b]0;t\x1b\\b\u009b2J\r\n\x1b(0c\x1bP1$tx\x1b\\d\x1b\x1b[0m\r');
    const whole = filtered(log);
    expect(whole).toBe('a\x1b[1;31mß✔\nb\ncd\x1b[0m\n\x1b[0m');
    for (let cut = 0; cut <= log.length; cut++)
      expect(filtered(log.subarray(0, cut), log.subarray(cut)), `cut at ${cut}`).toBe(whole);
  });

  test('lets no control through but colours, tabs and line feeds, in whatever order they come', () => {
    const pieces = ['a', '\r', '\x1b', '[', ']', ';', 'm', 'H', '?', '5', '\x07', '\\', '\u009b', 'P', '(', '\n'];
    for (const log of sequences(pieces, 4)) {
      const rest = filtered(log).replace(/\x1b\[[0-9;:]*m|\n/g, '');
      expect(/[\u0000-\u001f\u007f-\u009f]/.test(rest), JSON.stringify(log)).toBe(false);
    }
  });
});

function* sequences(pieces: readonly string[], length: number): Generator<string> {
  if (length === 0) yield '';
  else for (const rest of sequences(pieces, length - 1)) for (const piece of pieces) yield rest + piece;
}
