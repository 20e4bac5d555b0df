import { WriteStream } from 'node:tty';
import { describe, expect, test } from 'vitest';
import { LiveBlock } from '../src/live-block.ts';
import { logSink } from '../src/log-sink.ts';
import { Screen } from '../src/screen.ts';

/** A screen that only remembers what was written to it. */
function fakeScreen({ isTerminal, rows = 24 }: { readonly isTerminal: boolean; readonly rows?: number }): {
  readonly screen: Screen;
  readonly written: () => string;
} {
  const chunks: Buffer[] = [];
  const write = (chunk: string | Uint8Array, done: () => void): boolean => {
    chunks.push(Buffer.from(chunk));
    done();
    return true;
  };
  const stream = Object.assign(Object.create(WriteStream.prototype) as WriteStream, { write, columns: 80, rows });
  Object.defineProperty(stream, 'isTTY', { value: isTerminal });
  return { screen: new Screen(stream, { color: false }), written: () => Buffer.concat(chunks).toString('latin1') };
}

describe('a log', () => {
  const LOG = Buffer.from('\x1b]0;title\x07\x1b[31mred\xff\r\n', 'latin1');

  async function printed(options: { readonly isTerminal: boolean; readonly raw: boolean }): Promise<string> {
    const { screen, written } = fakeScreen(options);
    const sink = logSink(screen, options);
    await sink.write(LOG);
    await sink.end();
    return written();
  }

  test('is made safe for a terminal', async () => {
    expect(await printed({ isTerminal: true, raw: false })).toBe('\x1b[31mred\xef\xbf\xbd\n\x1b[0m');
  });

  test('whose last line has no end is ended on a terminal, for the verdict to begin a line', async () => {
    const { screen, written } = fakeScreen({ isTerminal: true });
    const sink = logSink(screen, { raw: false });
    await sink.write(Buffer.from('one\ntwo'));
    await sink.end();
    expect(written()).toBe('one\ntwo\n');
  });

  test('is left as it is on request, and for anything that is no terminal', async () => {
    expect(await printed({ isTerminal: true, raw: true })).toBe(LOG.toString('latin1'));
    expect(await printed({ isTerminal: false, raw: false })).toBe(LOG.toString('latin1'));
  });
});

describe('lines that are drawn again in place', () => {
  test('make room for what is written above them, and are gone at the end', async () => {
    const { screen, written } = fakeScreen({ isTerminal: true });
    let lines = ['one', 'two'];
    {
      await using live = new LiveBlock(screen, () => lines);
      live.redraw();
      await live.above(() => screen.line('verdict'));
      lines = ['two'];
      live.redraw();
    }
    const erase = (count: number): string => `\x1b[${count}F\x1b[J`;
    expect(written()).toBe(`one\ntwo\n${erase(2)}verdict\none\ntwo\n${erase(2)}two\n${erase(1)}`);
  });

  test('never fill more than the terminal, or they could not be erased', async () => {
    const { screen, written } = fakeScreen({ isTerminal: true, rows: 4 });
    {
      await using live = new LiveBlock(screen, () => ['1', '2', '3', '4', '5']);
      live.redraw();
    }
    expect(written()).toBe('1\n2\n… and 3 more\n\x1b[3F\x1b[J'.replace('…', '\xe2\x80\xa6'));
  });
});
