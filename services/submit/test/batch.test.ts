import { Failure, parseSpec, type Accepted } from '@lacuna/contracts';
import { describe, expect, it } from 'vitest';
import type { Submission } from '../src/accept.ts';
import { acceptBatch, parseBatch } from '../src/batch.ts';
import { codeOf } from './code-of.ts';

const bytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** Answers each submission by its command; tells which were tried. */
function acceptorOf(answer: (command: string, submission: Submission) => Accepted | Failure) {
  const tried: Submission[] = [];
  return {
    tried,
    async accept(submission: Submission): Promise<Accepted> {
      tried.push(submission);
      const outcome = answer(submission.parse().command[0] ?? '', submission);
      if (outcome instanceof Failure) throw outcome;
      return outcome;
    },
  };
}

const accepted = (id: string): Accepted => ({ id, traceId: id, phase: 'queued', links: {} }) as unknown as Accepted;
const ABOUT = { arrivedAt: 1 };

describe('a batch', () => {
  it('that is empty is told so, and not that it is no list', () => {
    expect(() => parseBatch(bytes([]))).toThrow('the batch is empty; give at least one evaluation spec');
  });

  it.each([
    ['an object', {}, 'invalid-spec'],
    ['an empty list', [], 'invalid-spec'],
    ['1,001 specs', Array.from({ length: 1_001 }, () => ({})), 'too-large'],
    ['1,000 specs', Array.from({ length: 1_000 }, () => ({})), 'fine'],
  ])('of %s: %s', (_, value, code) => {
    expect(codeOf(() => parseBatch(bytes(value)))).toBe(code);
  });

  it('has one result an item, in order, each with its own key', async () => {
    const acceptor = acceptorOf((command) => accepted(command));
    const specs = Array.from({ length: 200 }, (_, i) => (i % 3 === 1 ? { bad: i } : { command: [`c${i}`] }));
    const items = await acceptBatch(acceptor, specs, { ...ABOUT, key: 'k' });
    expect(items).toHaveLength(200);
    for (const [i, item] of items.entries())
      expect(item).toMatchObject(i % 3 === 1 ? { status: 400, code: 'invalid-spec' } : { status: 202, id: `c${i}` });
    expect(acceptor.tried.map(({ key }) => key)).toEqual(specs.map((_, i) => `k/${i}`));
  });

  it('refuses a spec over the limit for its size, without listing all else that is wrong with it, and one that is nested without end', async () => {
    const acceptor = acceptorOf((command) => accepted(command));
    const labels = Object.fromEntries(Array.from({ length: 30_000 }, (_, i) => [`-${i}`, 1]));
    const nested = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)) as unknown;
    const specs = [{ command: ['true'], labels }, { command: nested }, { command: ['true'] }];
    expect(await acceptBatch(acceptor, specs, ABOUT)).toMatchObject([
      { status: 413, code: 'too-large' },
      { status: 400, code: 'invalid-spec' },
      { status: 202 },
    ]);
  });

  it('refuses a single spec over the limit of one', async () => {
    const acceptor = acceptorOf((command) => accepted(command));
    const [item] = await acceptBatch(
      acceptor,
      [{ command: ['a'.repeat(100_000), 'b'.repeat(100_000), 'c'.repeat(100_000)] }],
      ABOUT,
    );
    expect(item).toMatchObject({ status: 413, code: 'too-large' });
  });

  it('does not try the rest once the stream is overloaded', async () => {
    const full = new Failure('overloaded', 'full');
    const acceptor = acceptorOf((command) => (command === 'c0' ? accepted('c0') : full));
    const specs = Array.from({ length: 300 }, (_, i) => ({ command: [`c${i}`] }));
    const items = await acceptBatch(acceptor, specs, ABOUT);
    expect(items[0]).toMatchObject({ status: 202 });
    expect(new Set(items.slice(1).map(({ status }) => status))).toEqual(new Set([503]));
    expect(acceptor.tried.length).toBeLessThan(100);
  });

  it('is refused as a whole when an overload left nothing accepted', async () => {
    const acceptor = acceptorOf(() => new Failure('overloaded', 'full', { retryAfterMs: 5_000 }));
    await expect(acceptBatch(acceptor, [{ command: ['a'] }, { command: ['b'] }], ABOUT)).rejects.toMatchObject({
      code: 'overloaded',
    });
  });

  it('passes on what is not a failure: a bug is not an answer', async () => {
    const acceptor = { accept: () => Promise.reject(new TypeError('bug')) };
    await expect(acceptBatch(acceptor, [parseSpec({ command: ['a'] })], ABOUT)).rejects.toThrow(TypeError);
  });
});
