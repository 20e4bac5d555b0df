import { readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { BUSYBOX_IMAGE } from '@lacuna/servers';
import { eventually, startTestControlPlane, startTestNode } from '@lacuna/testing';
import { expect, test } from 'vitest';
import { startChartServices } from '../support/chart-services.ts';
import { untilSettled } from '../support/settled.ts';

const LINES = 40_000;
const SCRIPT = `seq 1 ${LINES}; until [ -e /tmp/end ]; do sleep 0.1; done; echo end`;
const WRITTEN = `${Array.from({ length: LINES }, (_, i) => `${i + 1}\n`).join('')}end\n`;

test('installed so that it may read the files of nodes, a log that was rotated away before anybody read it is whole', async () => {
  await using controlPlane = await startTestControlPlane();
  await using node = await startTestNode(controlPlane, { logMaxSize: '1Mi' });
  const values = {
    'log-collect': { nodeFiles: { enabled: true } },
    evaluations: { imagePullPolicy: 'Never' },
  };
  await using chart = await startChartServices({ controlPlane, values });
  const { client, services } = chart;
  await services['log-collect'].stop();
  const { id } = await client.submit({ image: BUSYBOX_IMAGE, command: ['sh', '-c', SCRIPT], report: 'none' });

  // The kubelet looks every ten seconds.
  const podUid = await eventually(
    'the log is rotated',
    async () => {
      const [uid] = (await client.get(id)).attempts[0]?.podUids ?? [];
      const folder = (await readdir(node.podLogs)).find((name) => name.endsWith(`_${uid}`));
      const files = folder === undefined ? [] : await readdir(join(node.podLogs, folder, 'main'));
      if (files.length < 2) throw new Error(`of ${uid} there is ${folder}: ${files.join()}`);
      return uid;
    },
    { withinMs: 120_000 },
  );
  const volumes = join(dirname(node.podLogs), 'kubelet/pods', podUid, 'volumes');
  await writeFile(join(volumes, 'kubernetes.io~empty-dir/tmp/end'), '');
  await eventually('its end is known', async () =>
    (await client.get(id)).attempts[0]?.stages.some(
      ({ stage, outcome }) => stage === 'container.run' && outcome === 'ok',
    ),
  );
  services['log-collect'].start();

  const view = await untilSettled(client, id);
  expect(view, services['log-collect'].output).toMatchObject({ verdict: 'passed', evidence: { log: 'sealed' } });
  expect(Buffer.concat(await Array.fromAsync((await client.log(id)).body)).toString()).toBe(WRITTEN);
  expect(services['log-collect'].output).not.toMatch(/forbidden|can not be read/);
}, 400_000);
