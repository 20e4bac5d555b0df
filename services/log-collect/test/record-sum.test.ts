import { createHash } from 'node:crypto';
import type { SealedStreams } from '@lacuna/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecordSum } from '../src/record-sum.ts';

const LIMIT = 16_384;
const RECORD = /[^\n]{0,16383}\n|[^\n]{1,16384}/g;
type Streams = readonly [stdout: string, stderr: string];

const recordsOf = (stream: string): string[] => stream.match(RECORD) ?? [];

/** What the helper says of two streams. */
function sealOf(streams: Streams): SealedStreams {
  const sum = Array<number>(8).fill(0);
  for (const record of streams.flatMap(recordsOf)) {
    const digest = createHash('sha256').update(record).digest();
    sum.forEach((word, i) => (sum[i] = (word + digest.readUInt32LE(i * 4)) % 2 ** 32));
  }
  const records = Buffer.alloc(32);
  sum.forEach((word, i) => records.writeUInt32LE(word, i * 4));
  const told = (stream: string) => {
    const last = recordsOf(stream).at(-1) ?? '';
    return { bytes: stream.length, lines: 0, sha256: '0'.repeat(64), tail: last.endsWith('\n') ? 0 : last.length };
  };
  return { stdout: told(streams[0]), stderr: told(streams[1]), records: records.toString('hex') };
}

/** The log as a runtime writes it: record by record, of whichever stream, and what no newline ends when both are over. */
function logOf(streams: Streams, picks: readonly boolean[]): string[] {
  const left = streams.map(recordsOf);
  const tails = left.map((records) => (records.at(-1)?.endsWith('\n') === false ? records.splice(-1) : []));
  const log: string[] = [];
  for (let i = 0; left.some((records) => records.length > 0); i++) {
    const [first, second] = picks[i % picks.length] === true ? left : left.toReversed();
    log.push(first?.shift() ?? second?.shift() ?? '');
  }
  return [...log, ...(picks[0] === true ? tails : tails.toReversed()).flat()];
}

function sumOf(log: string, cuts: readonly number[] = []): RecordSum {
  const sum = new RecordSum();
  let from = 0;
  for (const to of [...cuts.map((cut) => cut % (log.length + 1)).sort((a, b) => a - b), log.length]) {
    sum.add(Buffer.from(log.slice(from, to)));
    from = to;
  }
  return sum;
}

const line = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '\r', ' '), maxLength: 5 }).map((text) => `${text}\n`),
  fc.constantFrom(LIMIT - 1, LIMIT, LIMIT + 1, 2 * LIMIT, 40_000).map((length) => `${'x'.repeat(length)}\n`),
);
const stream = fc
  .tuple(fc.array(line, { maxLength: 6 }), fc.constantFrom('', '', 'end', 'y'.repeat(LIMIT), 'z'.repeat(LIMIT + 7)))
  .map(([lines, end]) => lines.join('') + end);
const logs = fc.record({
  streams: fc.tuple(stream, stream),
  picks: fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }),
  cuts: fc.array(fc.nat(100_000), { maxLength: 4 }),
});

describe('the sum of the records of two streams', () => {
  test('is the same in whatever order their records were written, however the log is read', () => {
    fc.assert(
      fc.property(logs, ({ streams, picks, cuts }) => {
        expect(sumOf(logOf(streams, picks).join(''), cuts).equals(sealOf(streams))).toBe(true);
      }),
    );
  });

  test('is another one when a record is missing, there twice, or altered', () => {
    fc.assert(
      fc.property(logs, fc.nat(), fc.constantFrom('lost', 'twice', 'altered'), ({ streams, picks }, at, how) => {
        const log = logOf(streams, picks);
        fc.pre(log.length > 0);
        const index = at % log.length;
        const record = log[index] ?? '';
        log.splice(index, 1, ...{ lost: [], twice: [record, record], altered: [`${record.slice(0, -1)}?`] }[how]);
        expect(sumOf(log.join('')).equals(sealOf(streams))).toBe(false);
      }),
    );
  });
});
