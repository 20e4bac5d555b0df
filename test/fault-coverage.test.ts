import { readFile } from 'node:fs/promises';
import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** The faults of the watch, those of Jobs, pods and scheduling, and those of logs, by the numbers that the names of tests carry. */
const WATCH = numbered('W', 1, 16);
const JOBS = numbered('J', 1, 30);
const LOGS = numbered('L', 1, 24);

test('every fault of the watch, of Jobs and pods, and of logs is in the name of a test that causes it', async () => {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const files = globSync('{packages,services,test}/**/*.test.ts', { cwd: root, exclude: ['**/node_modules/**'] });
  const texts = await Promise.all(files.map((file) => readFile(`${root}/${file}`, 'utf8')));
  const titles = texts.flatMap((text) => [...text.matchAll(/['"`]((?:[JLW]\d+[,:]? ?)+)/g)].map(([, ids = '']) => ids));
  const named = new Set(titles.flatMap((ids) => ids.match(/[JLW]\d+/g) ?? []));
  expect([...WATCH, ...JOBS, ...LOGS].filter((id) => !named.has(id))).toEqual([]);
});

function numbered(letter: string, first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `${letter}${first + i}`);
}
