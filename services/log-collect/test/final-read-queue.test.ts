import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FinalReadQueue, type QueuedLog } from '../src/final-read-queue.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const MEGABYTE = 1_000_000;
const NEVER = new AbortController().signal;

/** Reads that go on until they are told to end. */
class Reads {
  readonly begun: string[] = [];
  readonly #queue: FinalReadQueue;
  readonly #ends = new Map<string, () => void>();

  constructor(limit: number) {
    this.#queue = new FinalReadQueue(limit);
  }

  get waiting(): number {
    return this.#queue.waiting;
  }

  add(name: string, log: Partial<QueuedLog> = {}, signal = NEVER): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ends.set(name, resolve);
    const read = async (): Promise<string> => {
      this.begun.push(name);
      await promise;
      return name;
    };
    return this.#queue.run({ work: MEGABYTE, since: 0, progress: () => performance.now(), ...log }, read, signal);
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    await vi.advanceTimersByTimeAsync(0);
  }
}

describe('logs whose containers have ended are read', () => {
  test('a few at a time, the oldest end first', async () => {
    const reads = new Reads(2 * MEGABYTE);
    const all = ['a', 'b', 'c', 'd', 'e'].map((name, i) => reads.add(name, { since: i < 2 ? i : 10 - i }));
    await vi.advanceTimersByTimeAsync(0);
    expect(reads.begun).toEqual(['a', 'b']);
    expect(reads.waiting).toBe(3);
    for (const name of ['b', 'e', 'd', 'a', 'c']) await reads.end(name);
    expect(reads.begun).toEqual(['a', 'b', 'e', 'd', 'c']);
    expect(reads.waiting).toBe(0);
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('many at a time when they are short, and a long one alone, which is not passed by for ever', async () => {
    const reads = new Reads(2 * MEGABYTE);
    for (const name of ['a', 'b', 'c', 'd', 'e']) void reads.add(name, { work: 0 });
    void reads.add('long', { work: 100 * MEGABYTE, since: 1 });
    void reads.add('later', { work: 0, since: 2 });
    await vi.advanceTimersByTimeAsync(0);
    expect(reads.begun).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const name of ['a', 'b', 'c', 'd', 'e']) await reads.end(name);
    expect(reads.begun.slice(5)).toEqual(['long']);
    await reads.end('long');
    expect(reads.begun.slice(6)).toEqual(['later']);
  });

  test('while one of which nothing comes is waited for', async () => {
    const reads = new Reads(MEGABYTE);
    void reads.add('slow');
    void reads.add('hangs', { since: 1, progress: () => 7 });
    void reads.add('next', { since: 2 });
    void reads.add('last', { since: 3 });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reads.begun).toEqual(['slow']);
    await reads.end('slow');
    expect(reads.begun).toEqual(['slow', 'hangs']);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(reads.begun).toEqual(['slow', 'hangs', 'next']);
    // It gave its place back once already.
    await reads.end('hangs');
    expect(reads.begun).toEqual(['slow', 'hangs', 'next']);
    await reads.end('next');
    expect(reads.begun).toEqual(['slow', 'hangs', 'next', 'last']);
  });

  test('without those that are given up meanwhile', async () => {
    const reads = new Reads(MEGABYTE);
    void reads.add('first');
    const stop = new AbortController();
    const given = reads.add('given up', { since: 1 }, stop.signal);
    void reads.add('next', { since: 2 });
    stop.abort(new Error('the service ends'));
    await expect(given).rejects.toThrow('the service ends');
    await reads.end('first');
    expect(reads.begun).toEqual(['first', 'next']);
  });
});
