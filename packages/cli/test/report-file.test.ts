import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tempDir } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { ReportFile } from '../src/run/report-file.ts';

test('is written into folders that were not there', async () => {
  await using dir = await tempDir();
  const path = join(dir.path, 'a/b/c/results.xml');
  const { junit } = await ReportFile.openAll({ junit: path });
  await junit?.write('<testsuites/>');
  expect(await readFile(path, 'utf8')).toBe('<testsuites/>');
  await ReportFile.openAll({ junit: path });
});

test('that can not be is an error at once, which says what and why', async () => {
  await using dir = await tempDir();
  await writeFile(join(dir.path, 'file'), '');
  for (const path of [
    '/proc/none/deeper/results.xml',
    join(dir.path, 'file/below/results.xml'),
    join(dir.path, 'file/results.xml'),
  ])
    await expect(ReportFile.openAll({ junit: path })).rejects.toMatchObject({
      code: 'invalid-config',
      message: expect.stringMatching(`^the result can't be written to ${path}: E`) as string,
    });
});
