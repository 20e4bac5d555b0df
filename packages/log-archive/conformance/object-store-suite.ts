import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ObjectStore } from '../src/index.ts';

/** A store to be tested, and what a test does to it behind its back. */
interface StoreSubject extends AsyncDisposable {
  readonly store: ObjectStore;
  /** Makes it fail until `mend`. */
  breakDown(): Promise<void>;
  mend(): Promise<void>;
}

const never = new AbortController().signal;
const MIB = 2 ** 20;

/** What an object store has to do. */
export function objectStoreSuite(open: () => Promise<StoreSubject>): void {
  describe('an object store', () => {
    let subject: StoreSubject;
    beforeAll(async () => void (subject = await open()));
    afterAll(() => subject[Symbol.asyncDispose]());

    const put = (name: string, ...parts: Uint8Array[]): Promise<void> =>
      subject.store.put(name, streamOf(parts), never);
    const read = (name: string, from: number, length: number): Promise<Uint8Array | undefined> =>
      subject.store.read(name, { from, length }, never);

    test.each([
      ['empty', []],
      ['small', [10]],
      ['of many small parts', Array.from({ length: 1_000 }, () => 37)],
      ['of exactly one part of an upload', [8 * MIB]],
      ['of one byte more', [8 * MIB, 1]],
      ['of several parts of an upload', [5 * MIB, 9 * MIB, 4 * MIB]],
    ])('an object %s is read back byte for byte, in any range', async (_title, sizes) => {
      const parts = sizes.map((size, i) => pattern(size, i));
      const whole = Buffer.concat(parts);
      const name = `ab/whole-${whole.length}_1.2_3.zst`;
      await put(name, ...parts);
      const ranges = [
        [0, whole.length],
        [Math.floor(whole.length / 2), 1_000],
        [whole.length - 1, 1],
      ] as const;
      for (const [from, length] of ranges.filter((range) => whole.length > 0 && range[1] > 0)) {
        const bytes = await read(name, from, length);
        expect(Buffer.from(bytes ?? []).equals(whole.subarray(from, from + length))).toBe(true);
      }
      expect((await read(name, Math.max(0, whole.length - 3), 10))?.length).toBe(Math.min(3, whole.length));
      expect((await read(name, whole.length, 10))?.length).toBe(0);
    });

    test('all objects are listed in the order of their names, however many there are', async () => {
      const names = Array.from({ length: 1_100 }, (_, i) => `list-${i % 3}/${String(i).padStart(5, '0')}.a_b-c`);
      const left = names.values();
      const worker = async (): Promise<void> => {
        for (const name of left) await put(name, pattern(1, 1));
      };
      await Promise.all(Array.from({ length: 8 }, worker));
      const listed = await Array.fromAsync(subject.store.list(never));
      expect(listed.filter((name) => name.startsWith('list-'))).toEqual([...names].sort());
    });

    test('an object that is not there is told from one that can not be read', async () => {
      expect(await read('no/such-object', 0, 10)).toBeUndefined();
    });

    test('an object that was written again, or removed and written again, is there', async () => {
      await put('a/again', pattern(100, 1));
      await put('a/again', pattern(100, 1));
      await subject.store.remove('a/again', never);
      expect(await read('a/again', 0, 1)).toBeUndefined();
      await subject.store.remove('a/again', never);
      await put('a/again', pattern(100, 1));
      expect(Buffer.from((await read('a/again', 0, 100)) ?? []).equals(pattern(100, 1))).toBe(true);
    });

    test.each([1, 20 * MIB])('what fails after %i bytes is not there, and the error is handed on', async (size) => {
      const failing = async function* (): AsyncGenerator<Uint8Array> {
        yield pattern(size, 1);
        throw new Error('the log is another one');
      };
      await expect(subject.store.put('failed/object', failing(), never)).rejects.toThrow('the log is another one');
      expect(await read('failed/object', 0, 1)).toBeUndefined();
    });

    test('two that write the same at once leave it whole', async () => {
      const parts = [pattern(9 * MIB, 1), pattern(MIB, 2)];
      await Promise.all([put('a/twice', ...parts), put('a/twice', ...parts)]);
      expect(Buffer.from((await read('a/twice', 0, 10 * MIB)) ?? []).equals(Buffer.concat(parts))).toBe(true);
    });

    test('a store that does not work says so as something to be tried again, and works again when it is mended', async () => {
      await put('a/kept', pattern(100, 7));
      await subject.breakDown();
      try {
        const overloaded = { code: 'overloaded', message: expect.stringContaining(subject.store.name) as string };
        await expect(put('a/other', pattern(10, 1))).rejects.toMatchObject(overloaded);
        await expect(read('a/kept', 0, 10)).rejects.toMatchObject(overloaded);
        await expect(subject.store.remove('a/kept', never)).rejects.toMatchObject(overloaded);
        await expect(Array.fromAsync(subject.store.list(never))).rejects.toMatchObject(overloaded);
      } finally {
        await subject.mend();
      }
      expect((await read('a/kept', 0, 100))?.length).toBe(100);
    });

    test('a reading ends when nobody wants it any more', async () => {
      const reason = new Error('nobody');
      await expect(
        subject.store.put('a/unwanted', streamOf([pattern(10, 1)]), AbortSignal.abort(reason)),
      ).rejects.toThrow(reason);
    });
  });
}

/** Bytes that differ from place to place. */
function pattern(size: number, seed: number): Buffer {
  const words = Uint32Array.from({ length: Math.ceil(size / 4) }, (_, i) => Math.imul(i + seed, 2_654_435_761));
  return Buffer.from(words.buffer, 0, size);
}

async function* streamOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
