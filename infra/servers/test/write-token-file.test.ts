import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeTokenFile } from '../src/kubernetes/write-token-file.ts';
import { sandbox } from './support/sandbox.ts';

test('a user keeps the token when the cluster is started again, a new one gets one, and nobody else may read them', async () => {
  await using machine = await sandbox();
  const path = join(machine.folder, 'tokens.csv');
  const admin = { name: 'system:admin', groups: ['system:masters', 'others'] };
  const first = await writeTokenFile(path, [admin]);
  const second = await writeTokenFile(path, [admin, { name: 'reader', groups: [] }]);
  expect(second.get('system:admin')).toBe(first.get('system:admin'));
  expect(second.get('reader')).toMatch(/^\w{32,}$/);
  expect(second.get('reader')).not.toBe(second.get('system:admin'));
  const lines = (await readFile(path, 'utf8')).split('\n');
  expect(lines[0]).toBe(`${first.get('system:admin')},"system:admin","system:admin","system:masters,others"`);
  expect((await stat(path)).mode & 0o077).toBe(0);
});
