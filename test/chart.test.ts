import { readFile, writeFile } from 'node:fs/promises';
import { PERMISSIONS } from '@lacuna/messaging';
import { expect, test } from 'vitest';

test("the chart's NATS users are those of messaging (UPDATE_DOCS=1 rewrites them)", async () => {
  const path = new URL('../infra/kubernetes/chart/files/nats-permissions.json', import.meta.url);
  const wanted = `${JSON.stringify(PERMISSIONS, undefined, 2)}\n`;
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(path, wanted);
  expect(await readFile(path, 'utf8')).toBe(wanted);
});

test('the chart is of the version that it installs', async () => {
  const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');
  const { version } = JSON.parse(await read('../package.json')) as { version: string };
  expect(await read('../infra/kubernetes/chart/Chart.yaml')).toContain(`appVersion: ${version}\n`);
});
