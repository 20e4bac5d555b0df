import type { Screen } from './screen.ts';
import { TerminalFilter } from './text/terminal-filter.ts';

/** Where the bytes of a log go. */
export interface LogSink {
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** Bytes as they are; to a terminal only the text and the colours, unless `raw`, and what comes behind them begins a line of its own. */
export function logSink(out: Screen, { raw }: { readonly raw: boolean }): LogSink {
  if (raw || !out.isTerminal) return { write: (chunk) => out.write(chunk), end: () => Promise.resolve() };
  const filter = new TerminalFilter();
  let isMidLine = false;
  return {
    write: (chunk) => {
      const text = filter.push(chunk);
      if (text !== '') isMidLine = !text.endsWith('\n');
      return out.write(text);
    },
    end: () => out.write(`${filter.end()}${isMidLine ? '\n' : ''}`),
  };
}

/** A log for programs: a JSON line for each chunk, in base64, as a log may hold any byte. */
export function jsonLogSink(out: Screen, offset: number): LogSink {
  let at = offset;
  return {
    write: async (chunk) => {
      await out.json({ offset: at, base64: Buffer.from(chunk).toString('base64') });
      at += chunk.byteLength;
    },
    end: () => Promise.resolve(),
  };
}
