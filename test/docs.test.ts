import { globSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { brokenLinks } from './support/broken-links.ts';
import { withGenerated } from './support/generated-docs.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

test.each(['ARCHITECTURE.md', 'docs/settings.md'])(
  '%s shows what the code has (UPDATE_DOCS=1 rewrites it)',
  async (document) => {
    const path = `${ROOT}${document}`;
    const text = await readFile(path, 'utf8');
    if (process.env['UPDATE_DOCS'] === '1') await writeFile(path, withGenerated(text));
    expect(await readFile(path, 'utf8')).toBe(withGenerated(text));
  },
);

test.each(globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }))('every link in %s leads somewhere', (document) => {
  expect(brokenLinks(`${ROOT}${document}`)).toEqual([]);
});
