import type { Screen } from './screen.ts';
import { TerminalFilter } from './text/terminal-filter.ts';

/** Where the bytes of a log go. */
export interface LogSink {
  write(chunk: Uint8Array): Promise<void>;
  end(): Promise<void>;
}

/** Bytes as they are; to a terminal only the text and the colours, unless `raw`. */
export function logSink(out: Screen, { raw }: { readonly raw: boolean }): LogSink {
  if (raw || !out.isTerminal) return { write: (chunk) => out.write(chunk), end: () => Promise.resolve() };
  const filter = new TerminalFilter();
  return { write: (chunk) => out.write(filter.push(chunk)), end: () => out.write(filter.end()) };
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
