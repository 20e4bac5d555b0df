import { expect, test } from 'vitest';
import { openLogArchive } from '../src/index.ts';
import type { ArchiveSettings } from '../src/open-log-archive.ts';

const KEYS = { archiveAccessKeyId: 'a-key', archiveSecretAccessKey: 'a-secret' };
const open = (settings: Partial<ArchiveSettings>) => openLogArchive({ archiveRegion: 'us-east-1', ...settings });

test.each([
  [{ archive: 'file:///var/lib/lacuna' }, 'file:///var/lib/lacuna'],
  [{ archive: 's3://logs', ...KEYS }, 's3://logs/'],
  [{ archive: 's3://logs/team/a/', ...KEYS }, 's3://logs/team/a/'],
])('%j opens %s', (settings, name) => {
  expect(open(settings)?.name).toBe(name);
});

test('there is none without the setting', () => {
  expect(open(KEYS)).toBeUndefined();
});

test.each([
  [{ archive: '/var/lib/lacuna' }, 'LACUNA_ARCHIVE must be file:///folder, s3://bucket or s3://bucket/prefix'],
  [{ archive: 'file://host/folder' }, 'LACUNA_ARCHIVE must be'],
  [{ archive: 's3:///prefix', ...KEYS }, 'LACUNA_ARCHIVE names no bucket'],
  [{ archive: 's3://logs/a b', ...KEYS }, 'the prefix may have letters'],
  [{ archive: 's3://logs' }, 'LACUNA_ARCHIVE_ACCESS_KEY_ID is not set'],
  [{ archive: 's3://logs', archiveAccessKeyId: 'x' }, 'LACUNA_ARCHIVE_SECRET_ACCESS_KEY is not set'],
])('%j is refused: %s', (settings, words) => {
  expect(() => open(settings)).toThrow(words);
});
