import { LogTail } from '@lacuna/cluster';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogReading } from '../src/log-reading.ts';
import { KUBELET_SAYS, LogModel, type LogStep, type ReadFault } from './log-model.ts';

/** What a reader has that goes on after every break, as a capture does. */
class Reader {
  text = '';
  last: unknown;
  readonly gaps = new Set<number>();
  readonly #tail = new LogTail();
  #mark: string | undefined;

  /** One read; true when it came to an end in good order. */
  async read(model: LogModel, follow: boolean, faults: () => ReadFault): Promise<boolean> {
    const known = { tail: this.#tail.bytes(), ...(this.#mark !== undefined && { mark: this.#mark }) };
    const position = { offset: Buffer.byteLength(this.text), follow, known };
    try {
      for await (const part of new LogReading((on) => model.read(on, faults()), position).parts(follow)) {
        this.text += Buffer.from(part.bytes).toString();
        this.#tail.add(part.bytes);
        this.#mark = part.mark ?? this.#mark;
        if (part.gap !== undefined) this.gaps.add(part.gap.at);
      }
      return true;
    } catch (error) {
      this.last = error;
      return false;
    }
  }
}

/** Whether what was read is what was written, but for bytes that are missing exactly where a gap is told. */
function isNamed({ written, servesNothing }: LogModel, { text, gaps }: Reader): boolean {
  // That the beginning may be missing cannot be seen in what is read: the capture tells it from the time of its first byte. Nor can it be seen
  // that an empty file has files before it: then the end is what is missing.
  const places = [...new Set([0, ...gaps, ...(servesNothing ? [text.length] : [])])].sort((a, b) => a - b);
  const pieces = places.map((from, i) => text.slice(from, places[i + 1] ?? text.length));
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    // The last piece must be the end of what was written.
    const found = i === pieces.length - 1 ? written.length - piece.length : written.indexOf(piece, at);
    if (found < at || !written.startsWith(piece, found)) return false;
    at = found + piece.length;
  }
  return true;
}

const shown = (text: string): string => JSON.stringify(text.replaceAll(/x{9,}/g, '…'));

let serial = 0;
const line = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined).map(() => `line ${serial++}\n`) },
  { weight: 2, arbitrary: fc.constant('the same again\n') },
  { weight: 1, arbitrary: fc.constant('\n') },
  { weight: 1, arbitrary: fc.constant(undefined).map(() => `part ${serial++}, `) },
  { weight: 1, arbitrary: fc.constantFrom(1_000, 20_000).map((length) => `${serial++}${'x'.repeat(length)}\n`) },
  { weight: 1, arbitrary: fc.constant('2026-01-02T03:04:05.000001000Z not a timestamp\n') },
);
const write = fc.array(line, { minLength: 1, maxLength: 20 }).map((lines): LogStep => ({ kind: 'write', lines }));
const whole = write.map((step): LogStep =>
  step.kind === 'write' ? { kind: 'write', lines: [...step.lines, `end ${serial++}\n`] } : step,
);
const rotate = fc.constant<LogStep>({ kind: 'rotate' });
const stall = fc
  .tuple(fc.array(fc.oneof(whole, rotate), { minLength: 2, maxLength: 8 }), whole)
  // When the newest file is empty each time that the kubelet opens it, nothing tells that one was skipped but the seal.
  .map(([steps, last]): LogStep => ({ kind: 'stall', steps: [...steps, last] }));
const steps = fc.array(
  fc.oneof({ weight: 5, arbitrary: write }, { weight: 2, arbitrary: rotate }, { weight: 2, arbitrary: stall }),
  {
    maxLength: 15,
  },
);
const fault = fc.record(
  {
    cutAfter: fc.nat({ max: 3_000 }),
    by: fc.constantFrom('eof' as const, 'reset', KUBELET_SAYS, 'EOF'),
    chunkBytes: fc.constantFrom(7, 100, 65_536),
  },
  { requiredKeys: ['chunkBytes'] },
);

describe('a log that is read again after every break', () => {
  test('L1 L2 L4 L5 L8: is what was written, or every place is named where bytes are missing', async () => {
    let rotated = 0;
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(fault, { maxLength: 12 }),
        fc.array(fc.boolean(), { maxLength: 12 }),
        async (life, spoiled, idle) => {
          const model = new LogModel(life);
          const reader = new Reader();
          const faults = [...spoiled];
          const idles = [...idle];
          const next = (): ReadFault => faults.shift() ?? { chunkBytes: 65_536 };
          for (let reads = 0; !model.isOver; reads++) {
            if (reads > 200) throw new Error('the reading makes no progress', { cause: reader.last });
            await reader.read(model, true, next);
            // The sign of a skipped file is gone when the file behind it is rotated before it could be read again; its seal is not.
            if (idles.shift() === true && !model.isSkipPending) model.live();
          }
          // An end in good order proves nothing while there are faults.
          for (let reads = 0, isWhole = false; !isWhole; reads++) {
            if (reads > 200) throw new Error('the log is never read to its end', { cause: reader.last });
            const isSound = faults.length === 0;
            isWhole = (await reader.read(model, false, next)) && isSound;
          }
          if (reader.gaps.size > 0) rotated++;
          if (!isNamed(model, reader))
            throw new Error(
              `gaps ${JSON.stringify([...reader.gaps])}\nwritten ${shown(model.written)}\nread    ${shown(reader.text)}`,
            );
        },
      ),
      { numRuns: 200 },
    );
    // The property is worth something only when gaps do occur.
    expect(rotated).toBeGreaterThan(10);
  });
});

test.each([
  ['apart', 1],
  ['together', 3],
] as const)('lines in the wrong order of streams %s are read in %i requests', async (streams, requests) => {
  const log = [1, 3, 2, 4].map((ms) => `2026-01-02T03:04:05.00${ms}000000Z line ${ms}\n`).join('');
  let asked = 0;
  const ask = async function* () {
    asked++;
    yield { bytes: Buffer.from(log) };
  };
  const parts = await Array.fromAsync(new LogReading(ask, { offset: 0, follow: true, streams }).parts(true));
  expect(Buffer.concat(parts.map(({ bytes }) => bytes)).toString()).toBe('line 1\nline 3\nline 2\nline 4\n');
  expect(asked).toBe(requests);
});
