import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from '../src/line-splitter.ts';

function split(...chunks: readonly (string | Uint8Array)[]): { lines: string[]; rest: string } {
  const lines: string[] = [];
  const splitter = new LineSplitter((text, from) => {
    lines.push(...text.slice(from, text.lastIndexOf('\n')).split('\n'));
  });
  for (const chunk of chunks) splitter.write(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return { lines, rest: splitter.end() };
}

describe('the line splitter', () => {
  it('shows what a terminal would: no control sequences, and of overwritten text only the last version', () => {
    const colours = '\u001b[1m\u001b[32mPASSED\u001b[0m\n';
    const title = '\u001b]0;title\u0007\u001b]9;4;1;50\u001b\\text\n';
    const overwritten = 'collecting ...\rcollected 3 items\u001b[K\r\n';
    expect(split(colours, title, overwritten).lines).toEqual(['PASSED', 'text', 'collected 3 items']);
  });

  it('keeps a last line without a newline apart', () => {
    expect(split('one\ntwo')).toEqual({ lines: ['one'], rest: 'two' });
  });

  it('delivers the first 64 Ki characters of a longer line and skips the rest', () => {
    const longest = 'a'.repeat(65_536);
    const { lines } = split(longest, 'b'.repeat(65_536), '\nnext\n');
    expect(lines).toEqual([longest, 'next']);
  });

  it('delivers the same lines whatever the chunks are', () => {
    const units = ['a', '✓', '\n', '\r', '\u001b[', 'm', '😀', '\u001b]', '\u0007', '\ufeff'];
    const text = fc.string({ unit: fc.constantFrom(...units) });
    fc.assert(
      fc.property(text, fc.array(fc.nat(20)), (log, sizes) => {
        const bytes = Buffer.from(log);
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
        expect(split(...chunks, bytes.subarray(at))).toEqual(split(bytes));
      }),
    );
  });
});
