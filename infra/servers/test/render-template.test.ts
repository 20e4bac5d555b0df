import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { renderTemplate } from '../src/render-template.ts';
import { sandbox } from './support/sandbox.ts';

test('values are quoted, so a folder with spaces and quotes stays one value', async () => {
  await using machine = await sandbox();
  await machine.writeFile('template', 'dir: ${dir}\nport: ${port}\n');
  const template = pathToFileURL(join(machine.folder, 'template'));
  expect(await renderTemplate(template, { dir: '/a b/"c"', port: 1 })).toBe('dir: "/a b/\\"c\\""\nport: 1\n');
});

test('a placeholder without a value is an error that names it', async () => {
  await using machine = await sandbox();
  await machine.writeFile('template', 'dir: ${dir}');
  const template = pathToFileURL(join(machine.folder, 'template'));
  await expect(renderTemplate(template, {})).rejects.toThrow('${dir}');
});
