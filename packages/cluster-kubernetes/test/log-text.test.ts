import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logText, type SourcePiece } from '../src/log-text.ts';

const STAMP = '2026-01-02T03:04:05.000000006Z ';

async function read(chunks: readonly Uint8Array[]): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of logText(streamOf(chunks))) parts.push(bytes);
  return Buffer.concat(parts);
}

async function* streamOf(chunks: readonly Uint8Array[]): AsyncGenerator<SourcePiece> {
  yield* await Promise.resolve(chunks.map((bytes) => ({ bytes })));
}

/** As the kubelet does it: a timestamp where a line begins. */
function stamped(log: Buffer): Buffer {
  const lines: Buffer[] = [];
  for (let start = 0; start < log.length;) {
    const newline = log.indexOf(0x0a, start);
    const end = newline < 0 ? log.length : newline + 1;
    lines.push(Buffer.from(STAMP), log.subarray(start, end));
    start = end;
  }
  return Buffer.concat(lines);
}

const NASTY = fc.constantFrom(
  '\n',
  ' ',
  '\0',
  '\r',
  STAMP,
  'unable to retrieve container logs for x\n',
  '\xff',
  'text',
);

test('C4: whatever bytes a log has and however they arrive, they come out as they are', async () => {
  const log = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 50 }),
      NASTY.map((text) => Buffer.from(text, 'latin1')),
    ),
  );
  await fc.assert(
    fc.asyncProperty(log, fc.integer({ min: 1, max: 80 }), async (parts, size) => {
      const bytes = Buffer.concat(parts);
      const sent = stamped(bytes);
      const chunks = Array.from({ length: Math.ceil(sent.length / size) }, (_, i) =>
        sent.subarray(i * size, (i + 1) * size),
      );
      expect((await read(chunks)).equals(bytes)).toBe(true);
    }),
  );
});

describe('L2: what the kubelet writes about a log is never passed on as the log', () => {
  test.each([
    ['instead of it', '', 'unable to retrieve container logs for containerd://x'],
    ['behind it', 'one\n', 'failed to watch file "/var/log/pods/x": no such file or directory'],
    ['in a few bytes', 'one\n', 'EOF'],
    ['in the middle of a line', 'one\ntw', 'unable to retrieve container logs for containerd://x'],
    [
      'in the middle of a line, of a container that is removed',
      'one\ntw',
      'rpc error: code = NotFound desc = an error occurred when try to find container "x": not found',
    ],
    ['as JSON', '', '{"kind":"Status","message":"an error on the server"}'],
    ['in a long line', 'one\n', `rpc error: ${'x'.repeat(5_000)}`],
  ])('%s', async (_, log, text) => {
    const body = Buffer.concat([stamped(Buffer.from(log)), Buffer.from(text)]);
    const parts: Buffer[] = [];
    const reading = (async () => {
      for await (const { bytes } of logText(streamOf([body]))) parts.push(Buffer.from(bytes));
    })();
    await expect(reading).rejects.toThrow(text.slice(0, 2_048));
    expect(Buffer.concat(parts).toString()).toBe(log);
  });
});
