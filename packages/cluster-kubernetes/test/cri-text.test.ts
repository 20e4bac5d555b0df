import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CriText } from '../src/cri-text.ts';

interface Written {
  /** What the container wrote, in one record or in several, the last of which ends the line. */
  readonly parts: readonly string[];
  readonly fraction: string;
}

const part = fc.string({ unit: fc.constantFrom('a', ' ', 'P', '\u0000', 'ß', '2026-'), maxLength: 300 });
const written: fc.Arbitrary<Written> = fc.record({
  parts: fc.array(part, { minLength: 1, maxLength: 3 }),
  fraction: fc.constantFrom('', '.1', '.012345678', '.5', '.99'),
});

function fileOf(lines: readonly Written[], zone: string): string {
  return lines
    .flatMap(({ parts, fraction }) =>
      parts.map(
        (text, at) => `2026-01-02T03:04:05${fraction}${zone} stdout ${at < parts.length - 1 ? 'P' : 'F'} ${text}\n`,
      ),
    )
    .join('');
}

/** As the log API has it: the time of a line is that of its first part that has anything. */
function textOf(lines: readonly Written[], zone: string): string {
  return lines
    .map(({ parts, fraction }) => `2026-01-02T03:04:05.${fraction.slice(1).padEnd(9, '0')}${zone} ${parts.join('')}\n`)
    .join('');
}

function read(files: readonly Uint8Array[], { timestamps = false, chunk = Infinity } = {}): string {
  const text = new CriText({ timestamps });
  const taken: Uint8Array[] = [];
  for (const file of files) {
    for (let at = 0; at < file.length; at += chunk) taken.push(text.take(file.subarray(at, at + chunk)).bytes);
    text.endFile();
  }
  return Buffer.concat(taken).toString();
}

describe('the text in the files that a runtime writes', () => {
  it('is what the container wrote, however the file is cut into pieces', () => {
    const chunk = fc.integer({ min: 1, max: 200 });
    fc.assert(
      fc.property(fc.array(written), chunk, (lines, size) => {
        const file = Buffer.from(fileOf(lines, 'Z'));
        expect(read([file], { chunk: size })).toBe(lines.map(({ parts }) => `${parts.join('')}\n`).join(''));
      }),
    );
  });

  it('has the time of each line, with all its digits, when that is asked for', () => {
    const zone = fc.constantFrom('Z', '+02:00', '-11:30');
    fc.assert(
      fc.property(fc.array(written), zone, fc.integer({ min: 1, max: 200 }), (lines, where, size) => {
        const whole = lines.filter(({ parts }) => parts[0] !== '');
        const file = Buffer.from(fileOf(whole, where));
        expect(read([file], { timestamps: true, chunk: size })).toBe(textOf(whole, where));
      }),
    );
  });

  it('goes on in the next file, also in the middle of a line', () => {
    const files = ['2026-01-02T03:04:05.5Z stdout P one ', '2026-01-02T03:04:06Z stderr F line\n'].map((record, at) =>
      Buffer.from(at === 0 ? `${record}\n` : record),
    );
    expect(read(files, { timestamps: true })).toBe('2026-01-02T03:04:05.500000000Z one line\n');
  });

  it.each([
    ['a line of something else', 'no record\n'],
    ['a long line without a space', `${'x'.repeat(200)}\n`],
    ['another stream', '2026-01-02T03:04:05Z stdlog F text\n'],
    ['no time', 'yesterday-at-a-quarter-past-three stdout F text\n'],
    ['an empty line', '\n'],
  ])('leaves out what is no record: %s', (_, line) => {
    const record = '2026-01-02T03:04:05Z stdout F text\n';
    for (const chunk of [1, 7, Infinity])
      expect(read([Buffer.from(record + line + record)], { chunk })).toBe('text\ntext\n');
  });

  it('gives a record that is not all there yet as far as it is, and nothing of one whose text has not begun', () => {
    const record = '2026-01-02T03:04:05Z stdout F text\n';
    expect(read([Buffer.from(record), Buffer.from(record.slice(0, -3))])).toBe('text\nte');
    expect(read([Buffer.from(record), Buffer.from(record.slice(0, 25))])).toBe('text\n');
  });
});
