import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { withGenerated } from './support/generated-docs.ts';

test('ARCHITECTURE.md shows the stages, facts and streams as the contracts have them (UPDATE_DOCS=1 rewrites it)', async () => {
  const path = new URL('../ARCHITECTURE.md', import.meta.url);
  const text = await readFile(path, 'utf8');
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(path, withGenerated(text));
  expect(await readFile(path, 'utf8')).toBe(withGenerated(text));
});
