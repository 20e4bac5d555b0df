import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { evaluationIdFrom, type EvaluationSummary } from '@lacuna/contracts';
import { tempDir } from '@lacuna/testing';
import { describe, expect, it } from 'vitest';
import { decodeCursor } from '../src/read-model/cursor.ts';
import { ReadModel } from '../src/read-model/read-model.ts';

const PROGRESS = { seq: 1, subject: 's' };

function summary(n: number, more: Partial<EvaluationSummary> = {}): EvaluationSummary {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, n);
  const id = evaluationIdFrom(bytes);
  return { id, name: `e${n}`, phase: 'queued', labels: {}, submittedAt: n, findings: 0, ...more };
}

const names = ({ items }: { readonly items: readonly EvaluationSummary[] }): string =>
  items.map(({ name }) => name).join();

describe('the list', () => {
  it('gives back what was put in, newest first, equally old ones in one order', () => {
    using model = new ReadModel(':memory:');
    const odd = 'quotes " \' ; -- \u{1f600} \ud800 \0 end';
    const summaries = [
      summary(1, { name: odd, labels: { [odd]: odd } }),
      summary(2, {
        submittedAt: 5.25,
        phase: 'settled',
        verdict: 'failed',
        reason: 'r',
        settledAt: 6,
        tests: '1 of 2',
      }),
      summary(3, { submittedAt: 5.25 }),
    ];
    model.apply(summaries, PROGRESS);
    expect(model.list({ limit: 10, labels: [] })).toEqual({ items: [summaries[2], summaries[1], summaries[0]] });
  });

  it('is filtered by everything at once', () => {
    using model = new ReadModel(':memory:');
    const settled = { phase: 'settled', verdict: 'passed', name: 'n' } as const;
    model.apply(
      [
        summary(1, { ...settled, labels: { a: '1', b: '2' } }),
        summary(2, { ...settled, labels: { a: '1' } }),
        summary(3, { ...settled, labels: { a: '2', b: '1' } }),
        summary(4, { ...settled, verdict: 'failed', labels: { a: '1', b: '2' } }),
        summary(5, { name: 'n', labels: { a: '1', b: '2' } }),
        summary(6, { ...settled, name: 'N', labels: { a: '1', b: '2' } }),
      ],
      PROGRESS,
    );
    const labels = [
      ['a', '1'],
      ['b', '2'],
    ] as const;
    const at = (query: object): number[] =>
      model.list({ limit: 10, labels: [], ...query }).items.map(({ submittedAt }) => submittedAt);
    expect(at({ ...settled, labels })).toEqual([1]);
    expect(at({ labels })).toEqual([6, 5, 4, 1]);
    expect(at({ phase: 'queued' })).toEqual([5]);
    expect(at({ verdict: 'failed' })).toEqual([4]);
    expect(at({ since: 5 })).toEqual([6, 5]);
    expect(at({ name: 'N' })).toEqual([6]);
    expect(at({ name: '%' })).toEqual([]);
  });

  it('goes on where a page ended, whatever is added before it meanwhile', () => {
    using model = new ReadModel(':memory:');
    model.apply(
      Array.from({ length: 7 }, (_, i) => summary(i + 1, { submittedAt: Math.floor(i / 2) })),
      PROGRESS,
    );
    const first = model.list({ limit: 3, labels: [] });
    expect(names(first)).toBe('e7,e6,e5');
    model.apply([summary(100), summary(101)], PROGRESS);
    const second = model.list({ limit: 3, labels: [], after: decodeCursor(first.next ?? '')! });
    expect(names(second)).toBe('e4,e3,e2');
    const last = model.list({ limit: 3, labels: [], after: decodeCursor(second.next ?? '')! });
    expect(names(last)).toBe('e1');
    expect(last.next).toBeUndefined();
  });

  it('has no next page when the last one is exactly full', () => {
    using model = new ReadModel(':memory:');
    model.apply([summary(1), summary(2)], PROGRESS);
    expect(model.list({ limit: 2, labels: [] }).next).toBeUndefined();
  });

  it('finds a page among many thousands in milliseconds, by every order it has an index for', () => {
    using model = new ReadModel(':memory:');
    model.apply(
      Array.from({ length: 20_000 }, (_, i) => summary(i, { name: `n${i % 100}` })),
      PROGRESS,
    );
    const begin = process.cpuUsage();
    for (let i = 0; i < 20; i++) model.list({ limit: 100, labels: [], name: 'n7', phase: 'queued' });
    // Of the processor, not of the clock: others may run too. Microseconds.
    const { user, system } = process.cpuUsage(begin);
    expect((user + system) / 20).toBeLessThan(50_000);
  });
});

describe('the file', () => {
  it('keeps everything over a restart', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'made', 'anew', 'read-model.sqlite');
    {
      using model = new ReadModel(path);
      model.apply([summary(1)], { seq: 9, subject: 'x.y' });
    }
    using model = new ReadModel(path);
    expect({ ...model.progress }).toEqual({ seq: 9, subject: 'x.y' });
    expect(names(model.list({ limit: 9, labels: [] }))).toBe('e1');
  });

  it('is thrown away when it is of another version', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'read-model.sqlite');
    const old = new DatabaseSync(path);
    old.exec('CREATE TABLE evaluation (other TEXT); PRAGMA user_version = 999');
    old.close();
    using model = new ReadModel(path);
    expect(model.progress).toBeUndefined();
  });

  it('is thrown away when it is no database', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'read-model.sqlite');
    await writeFile(path, 'x'.repeat(10_000));
    using model = new ReadModel(path);
    expect(model.progress).toBeUndefined();
  });

  it('belongs to one process: another is told so', async () => {
    await using dir = await tempDir();
    const path = join(dir.path, 'read-model.sqlite');
    using _ = new ReadModel(path);
    expect(() => new ReadModel(path)).toThrow(expect.objectContaining({ code: 'invalid-config' }) as Error);
  });

  it.each([
    ['a folder that is a file', 'file/read-model.sqlite'],
    ['a file that is a folder', ''],
  ])('that can not be kept in %s is refused in words that say where, why and what to do', async (_, name) => {
    await using dir = await tempDir();
    await writeFile(join(dir.path, 'file'), '');
    expect(() => new ReadModel(join(dir.path, name))).toThrow(
      /^nothing can be kept in \/.*: .+; make room there, or name another folder by LACUNA_DATA_DIR$/,
    );
  });

  it('takes over a change as a whole or not at all', () => {
    using model = new ReadModel(':memory:');
    function* breaking() {
      yield summary(1);
      throw new Error('in the middle');
    }
    expect(() => model.apply(breaking(), PROGRESS)).toThrow('in the middle');
    expect(model.progress).toBeUndefined();
    expect(model.list({ limit: 9, labels: [] }).items).toEqual([]);
  });
});

it('says what was in the way, also when the database has taken all back by itself, as it does on a full disk', async () => {
  await using dir = await tempDir();
  const path = join(dir.path, 'model.sqlite');
  new ReadModel(path)[Symbol.dispose]();
  const database = new DatabaseSync(path);
  const full = "SELECT RAISE(ROLLBACK, 'database or disk is full')";
  database.exec(`CREATE TRIGGER no_room BEFORE INSERT ON evaluation WHEN NEW.name = 'e1' BEGIN ${full}; END`);
  database.close();
  using model = new ReadModel(path);
  expect(() => model.apply([summary(1)], PROGRESS)).toThrow('database or disk is full');
  model.apply([summary(2)], PROGRESS);
  expect(names(model.list({ limit: 10, labels: [] }))).toBe('e2');
});
