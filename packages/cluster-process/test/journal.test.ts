import { evaluationIdFrom } from '@lacuna/contracts';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JobEntry } from '../src/agent/job-entry.ts';
import { Journal, readJournal } from '../src/agent/journal.ts';
import { temporaryDirectory } from './temporary-directory.ts';

function entry(name: string, uid = name): JobEntry {
  const evaluation = evaluationIdFrom(new Uint8Array(16));
  return { job: { evaluation, attempt: 1, name, uid, createdAt: 1 }, specHash: 'x', warnings: [] };
}

test('the newest entry of each Job is read back, and what was removed is not', async () => {
  await using temporary = await temporaryDirectory();
  const path = join(temporary.path, 'journal');
  new Journal(path, []).append([
    { kind: 'entry', entry: entry('a', 'first') },
    { kind: 'entry', entry: entry('b') },
    { kind: 'entry', entry: entry('a', 'second') },
    { kind: 'removed', name: 'b' },
  ]);
  expect([...readJournal(path)]).toEqual([['a', entry('a', 'second')]]);
});

test('a torn last line is not read, and does not spoil what is written after it', async () => {
  await using temporary = await temporaryDirectory();
  const path = join(temporary.path, 'journal');
  new Journal(path, [entry('a')]).append([]);
  await appendFile(path, '{"kind":"entry","entry":{"job":{"na');
  const entries = readJournal(path);
  expect([...entries.keys()]).toEqual(['a']);
  new Journal(path, entries.values()).append([{ kind: 'entry', entry: entry('b') }]);
  expect([...readJournal(path).keys()]).toEqual(['a', 'b']);
});

test('a start rewrites the journal to what is still true', async () => {
  await using temporary = await temporaryDirectory();
  const path = join(temporary.path, 'journal');
  const journal = new Journal(path, []);
  for (let i = 0; i < 100; i++) journal.append([{ kind: 'entry', entry: entry('a', `uid-${i}`) }]);
  new Journal(path, readJournal(path).values()).append([]);
  expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(1);
  expect(readJournal(path).get('a')?.job.uid).toBe('uid-99');
});

test('a directory without a journal has no Jobs', () => {
  expect(readJournal('/no/such/journal').size).toBe(0);
});
