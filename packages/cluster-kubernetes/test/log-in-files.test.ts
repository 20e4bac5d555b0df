import { LogTail } from '@lacuna/cluster';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CriText } from '../src/cri-text.ts';
import type { FilePlace } from '../src/log-folder.ts';
import { LogReading } from '../src/log-reading.ts';
import type { SourcePiece } from '../src/log-text.ts';

/** The files of a log on a node, each as long as it likes, of which the kubelet keeps all. */
class Files {
  written = '';
  /** Bytes of them that were given. */
  given = 0;
  readonly #files: string[] = [''];
  #now = 0;

  /** One record: a line, or with `isPart` a part of one. */
  write(text: string, isPart: boolean): void {
    this.#now += 1_000;
    const stamp = `2026-01-02T03:04:05.${String(this.#now).padStart(9, '0')}Z`;
    const current = this.#files.pop() ?? '';
    this.#files.push(`${current}${stamp} stdout ${isPart ? 'P' : 'F'} ${text}\n`);
    this.written += isPart ? text : `${text}\n`;
  }

  rotate(): void {
    this.#files.push('');
  }

  async *read(from: FilePlace | undefined, chunkBytes: number): AsyncGenerator<SourcePiece> {
    const text = new CriText({ timestamps: true, at: from?.at });
    const back = from?.file === 'current' ? -1 : -2;
    const files = (from === undefined ? this.#files : this.#files.slice(back)).map((file) => Buffer.from(file));
    for (const [i, file] of files.entries()) {
      const rest = file.subarray(i === 0 ? from?.at : 0);
      for (let at = 0; at < rest.length; at += chunkBytes) {
        await Promise.resolve();
        const bytes = rest.subarray(at, at + chunkBytes);
        this.given += bytes.length;
        yield text.take(bytes);
      }
      text.endFile();
    }
  }
}

/** Looks at a log again and again, and is another one each time, who has what was stored. */
class Looks {
  text = '';
  readonly #tail = new LogTail();
  #mark: string | undefined;

  async look(files: Files, chunkBytes: number): Promise<void> {
    const known = { tail: this.#tail.bytes(), ...(this.#mark !== undefined && { mark: this.#mark }) };
    const position = { offset: Buffer.byteLength(this.text), follow: false, known };
    const reading = new LogReading((_, from) => files.read(from, chunkBytes), position);
    for await (const { bytes, mark, gap } of reading.parts(false)) {
      if (gap !== undefined) throw new Error(`a gap at ${gap.at}`);
      this.text += Buffer.from(bytes).toString();
      this.#tail.add(bytes);
      this.#mark = mark ?? this.#mark;
    }
  }
}

const text = fc.oneof(
  fc.constantFrom('', 'the same again', '2026-01-02T03:04:05.000001000Z stdout F no record'),
  fc.nat().map((n) => `line ${n}`),
  fc.constantFrom(1_000, 20_000).map((length) => 'x'.repeat(length)),
);
const step = fc.oneof(
  // No runtime writes a part of a line with nothing in it.
  { weight: 6, arbitrary: fc.record({ text, isPart: fc.boolean() }).filter((one) => !one.isPart || one.text !== '') },
  { weight: 1, arbitrary: fc.constant('rotate' as const) },
  { weight: 3, arbitrary: fc.constantFrom(7, 100, 65_536) },
);

test('a log that is looked at again and again is what was written, however its files were rotated in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const files = new Files();
      const looks = new Looks();
      for (const one of steps)
        if (one === 'rotate') files.rotate();
        else if (typeof one === 'object') files.write(one.text, one.isPart);
        else await looks.look(files, one);
      await looks.look(files, 65_536);
      expect(looks.text).toBe(files.written);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['nothing new', () => undefined, 1],
  ['a new line', (files: Files) => files.write('new', false), 2],
  ['a rotation', (files: Files) => files.rotate(), 1],
  [
    'a line in the file before and one in the new one',
    (files: Files) => {
      files.write('new', false);
      files.rotate();
      files.write('newer', false);
    },
    3,
  ],
])('after %s a look is given the latest line once more, and the new ones', async (_, happens, lines) => {
  const files = new Files();
  const looks = new Looks();
  for (let i = 0; i < 1_000; i++) files.write(`line ${i}`, false);
  await looks.look(files, 65_536);
  files.given = 0;
  happens(files);
  await looks.look(files, 65_536);
  expect(looks.text).toBe(files.written);
  expect(files.given).toBeLessThan(50 * lines);
});

test('what was read through a rotation is gone on with in the new file', async () => {
  const files = new Files();
  const looks = new Looks();
  for (let file = 0; file < 2; file++) {
    files.rotate();
    for (let i = 0; i < 1_000; i++) files.write(`line ${i}`, false);
    await looks.look(files, 65_536);
  }
  files.given = 0;
  files.write('new', false);
  await looks.look(files, 65_536);
  expect(looks.text).toBe(files.written);
  expect(files.given).toBeLessThan(150);
});
