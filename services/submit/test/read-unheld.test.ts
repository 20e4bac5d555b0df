import type { LogChunk, ReadLogOptions } from '@lacuna/messaging';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { readUnheld } from '../src/read-unheld.ts';

const LOG = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
const CHUNK = 100_000;

/** A log in chunks, and how many of its readings are open. */
class ChunkedLog {
  open = 0;
  readings = 0;

  async *readLog(_: string, { fromOffset = 0 }: ReadLogOptions): AsyncGenerator<LogChunk, void, undefined> {
    this.readings++;
    this.open++;
    try {
      for (let at = fromOffset; at < LOG.length;) {
        const end = Math.min(LOG.length, (Math.floor(at / CHUNK) + 1) * CHUNK);
        yield { offset: at, bytes: LOG.subarray(at, end) };
        at = end;
      }
    } finally {
      this.open--;
    }
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const read = (log: ChunkedLog, fromOffset = 0) =>
  readUnheld(log, 'subject', { follow: false, fromOffset }, new AbortController().signal);

it.each([0, 1, 99_999, 100_000, 299_999, 300_000])(
  'brings every byte from %i on, in small pieces, in one reading',
  async (from) => {
    const log = new ChunkedLog();
    const pieces = await Array.fromAsync(read(log, from));
    expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).equals(LOG.subarray(from))).toBe(true);
    expect(Math.max(0, ...pieces.map(({ bytes }) => bytes.buffer.byteLength))).toBeLessThanOrEqual(65_536);
    expect(log).toMatchObject({ readings: 1, open: 0 });
  },
);

it('lets go of what is not taken, and goes on at the next byte', async () => {
  const log = new ChunkedLog();
  const taken: Uint8Array[] = [];
  for await (const { offset, bytes } of read(log)) {
    expect(offset).toBe(Buffer.concat(taken).length);
    taken.push(bytes);
    if (taken.length !== 3) continue;
    expect(log.open).toBe(1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(log.open).toBe(0);
  }
  expect(Buffer.concat(taken).equals(LOG)).toBe(true);
  expect(log).toMatchObject({ readings: 2, open: 0 });
});

it('lets go when the client has gone', async () => {
  const log = new ChunkedLog();
  for await (const _ of read(log)) break;
  expect(log).toMatchObject({ readings: 1, open: 0 });
});
