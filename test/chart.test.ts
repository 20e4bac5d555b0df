import { readFile, writeFile } from 'node:fs/promises';
import { IMAGES } from '@lacuna/images';
import { PERMISSIONS } from '@lacuna/messaging';
import { expect, test } from 'vitest';

test("the chart's NATS users are those of messaging (UPDATE_DOCS=1 rewrites them)", async () => {
  const path = new URL('../infra/kubernetes/chart/files/nats-permissions.json', import.meta.url);
  const wanted = `${JSON.stringify(PERMISSIONS, undefined, 2)}\n`;
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(path, wanted);
  expect(await readFile(path, 'utf8')).toBe(wanted);
});

test('the chart installs the images that are built here, of this version', async () => {
  const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');
  const { version } = JSON.parse(await read('../package.json')) as { version: string };
  expect(await read('../infra/kubernetes/chart/Chart.yaml')).toContain(`appVersion: ${version}\n`);
  expect(IMAGES.lacuna.name).toBe(`localhost/lacuna:${version}`);
  expect(await read('../infra/servers/nats/go.mod')).toContain(`nats-server/v2 v${IMAGES.nats.name.split(':')[1]} `);
  expect(await read('../infra/kubernetes/chart/values.yaml')).toContain(`tag: ${IMAGES.nats.name.split(':')[1]},`);
});
