import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { withGenerated } from './support/generated-docs.ts';

test.each(['ARCHITECTURE.md', 'docs/settings.md'])(
  '%s shows what the code has (UPDATE_DOCS=1 rewrites it)',
  async (document) => {
    const path = new URL(`../${document}`, import.meta.url);
    const text = await readFile(path, 'utf8');
    if (process.env['UPDATE_DOCS'] === '1') await writeFile(path, withGenerated(text));
    expect(await readFile(path, 'utf8')).toBe(withGenerated(text));
  },
);
