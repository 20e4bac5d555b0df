import { readFile, writeFile } from 'node:fs/promises';
import { settingsOfServices } from '@lacuna/cli';
import { SERVERS } from '@lacuna/servers';
import { unknownSettings } from '@lacuna/service-kit';
import { expect, test } from 'vitest';

const NAMES = settingsOfServices()
  .map(({ variable }) => variable)
  .sort();

/** A list of the settings in a file, one a line, between its first and its last. */
const LISTS = {
  'packages/service-kit/src/setting-names.ts': {
    entry: (name: string) => `  '${name}',`,
    list: /(?<=SETTING_NAMES: readonly string\[\] = \[\n)[^]*(?=\n\];)/,
  },
  'infra/kubernetes/chart/values.schema.json': {
    entry: (name: string) => `        "${name}": { "$ref": "#/$defs/setting" },`,
    list: /(?<="env": \{\n(?:.*\n){2} {6}"properties": \{\n)[^]*?(?=\n {8}"LACUNA_SEAL_DIR")/,
  },
} as const;

test.each(Object.entries(LISTS))(
  '%s knows all settings, and nothing that is none (UPDATE_DOCS=1 rewrites it)',
  async (file, { entry, list }) => {
    const path = new URL(`../${file}`, import.meta.url);
    const wanted = NAMES.map(entry).join('\n');
    const text = await readFile(path, 'utf8');
    if (process.env['UPDATE_DOCS'] === '1')
      await writeFile(
        path,
        text.replace(list, () => wanted),
      );
    expect(list.exec(await readFile(path, 'utf8'))?.[0]).toBe(wanted);
  },
);

test('a variable that names the program of a server is no mistake', () => {
  const variables = Object.values(SERVERS).map(({ pathVariable }) => pathVariable);
  expect(unknownSettings(Object.fromEntries(variables.map((name) => [name, '/usr/bin/it'])))).toEqual([]);
});
