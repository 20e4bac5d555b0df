import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Client } from '@lacuna/client';
import { requestApi } from '@lacuna/servers';
import {
  applyQuota,
  eventually,
  getJson,
  startS3,
  startTestControlPlane,
  startTestJaeger,
  startTestKwok,
  type ControlPlane,
  type JaegerFixture,
  type S3Fixture,
} from '@lacuna/testing';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { startChartServices, type PodsOf } from '../support/chart-services.ts';
import { LACUNA } from '../support/run-cli.ts';
import { SERVICES } from '../support/service-process.ts';
import { untilSettled } from '../support/settled.ts';
import { wholeTrace } from '../support/whole-trace.ts';

const ARCHIVE_KEY = 'archive-key';

let stack: AsyncDisposableStack;
let controlPlane: ControlPlane;
let kwok: Awaited<ReturnType<typeof startTestKwok>>;
let jaeger: JaegerFixture;
let s3: S3Fixture;
let chart: Awaited<ReturnType<typeof startChartServices>>;
let client: Client;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  controlPlane = stack.use(await startTestControlPlane());
  kwok = stack.use(await startTestKwok(controlPlane, { runMs: 1_500 }));
  jaeger = stack.use(await startTestJaeger());
  s3 = stack.use(await startS3());
  const { accessKeyId, secretAccessKey } = s3;
  const values = {
    otlpUrl: jaeger.otlpUrl,
    jaegerUrl: jaeger.queryUrl,
    archive: { url: `s3://${s3.bucket}/lacuna`, endpoint: s3.endpoint, secretName: ARCHIVE_KEY, after: '0s' },
    env: { LACUNA_LOG_LEVEL: 'warn', LACUNA_DEADLINES: 'pod.create=3s+1s' },
  };
  const secrets = { [ARCHIVE_KEY]: { accessKeyId, secretAccessKey } };
  chart = stack.use(await startChartServices({ controlPlane, values, secrets }));
  ({ client } = chart);
}, 180_000);
afterAll(() => stack.disposeAsync());

async function logOf(id: Parameters<Client['get']>[0]): Promise<string> {
  const { body } = await client.log(id);
  return Buffer.concat(await Array.fromAsync(body)).toString();
}

const settled = (id: Parameters<Client['get']>[0]) => untilSettled(client, id);

test('each under its own identity, the services take an evaluation from end to end', async () => {
  const { id } = await client.submit({ name: 'whole', image: 'any', command: ['true'], env: { SECRET: 'x' } });
  const view = await settled(id);
  expect(view).toMatchObject({ verdict: 'passed', evidence: { exitCode: 0, log: 'sealed' } });
  await wholeTrace(jaeger, id);
  expect(await logOf(id)).toBe('this container is fake\n');
  await eventually('the Job removed', async () => {
    const { items } = await getJson<{ items: unknown[] }>(
      controlPlane,
      '/apis/batch/v1/namespaces/lacuna-evaluations/jobs',
    );
    return items.length === 0 || undefined;
  });
});

test('the page asks a browser for the token, and shows all with it: the list, what comes, a log', async (context) => {
  await using browser = await openBrowser();
  if (browser === undefined) return context.skip('no Chromium at /usr/bin/chromium; name one by CHROMIUM');
  const openedWith = async (password: string): Promise<Page> => {
    const page = await (await browser.newContext({ httpCredentials: { username: 'anybody', password } })).newPage();
    await page.goto(chart.url);
    return page;
  };
  await (await openedWith('another')).getByText(/send a valid token/).waitFor();
  const page = await openedWith(chart.token);
  await page.getByText('live', { exact: true }).waitFor();
  await client.submit({ name: 'on-the-page', image: 'any', command: ['true'] });
  await page.getByRole('row', { name: /on-the-page.*passed/ }).waitFor();
  await page.getByRole('link', { name: 'on-the-page' }).click();
  expect(await page.locator('pre.log').innerText()).toBe('this container is fake\n');
});

test('a closed log moves to the archive that the chart names, and is read from there', async () => {
  const { id } = await client.submit({ name: 'archived', image: 'any', command: ['true'] });
  await settled(id);
  const isThere = async () => (await readdir(s3.folder, { recursive: true })).some((path) => path.includes(id));
  await eventually('its log in the bucket', isThere, { withinMs: 60_000 });
  expect(await logOf(id)).toBe('this container is fake\n');
});

test('one that runs is asked to stop', async () => {
  // A fake kubelet lets each pod end soon, and knows nothing of its being asked to stop. So for this one it does nothing, and we say that it runs.
  kwok.pause();
  try {
    const { id } = await client.submit({ name: 'stopped', image: 'any', command: ['sleep', '60'] });
    const pods = async (): Promise<readonly StoppablePod[]> => {
      const path = `${PODS}?labelSelector=lacuna.dev/evaluation=${id}`;
      return (await getJson<{ items: StoppablePod[] }>(controlPlane, path)).items;
    };
    await sayRuns(
      await eventually('its pod has a node', async () =>
        (await pods()).find(({ spec }) => spec.nodeName !== undefined),
      ),
    );
    await eventually('running', async () => (await client.get(id)).phase === 'running');
    await client.cancel(id);
    await eventually('the deadline of the pod', async () =>
      (await pods()).some(({ spec }) => spec.activeDeadlineSeconds === 1),
    );
  } finally {
    kwok.resume();
  }
});

test('one that waits for a node is taken away', async () => {
  controlPlane.scheduler.pause();
  try {
    const { id } = await client.submit({ name: 'homeless', image: 'any', command: ['true'] });
    await eventually('its pod', async () => (await client.get(id)).attempts[0]?.podUids[0]);
    await client.cancel(id);
    const { verdict, reason } = await settled(id);
    expect({ verdict, reason }).toMatchObject({ verdict: 'cancelled', reason: 'cancelled before it started' });
  } finally {
    controlPlane.scheduler.resume();
  }
});

test('over NATS, for whoever has only the user that may submit', async () => {
  const connection = await chart.nats.connect('client');
  const reply = await connection.request('lacuna.submit.v1', JSON.stringify({ image: 'any', command: ['true'] }));
  const { id } = reply.json<{ id: Parameters<Client['get']>[0] }>();
  await connection.close();
  expect(await settled(id)).toMatchObject({ evidence: { exitCode: 0 } });
});

test('what the quota of the chart denies is told in the words of the API server', async () => {
  await applyQuota(controlPlane, { name: 'none', namespace: 'lacuna-evaluations', hard: { pods: '0' } });
  const { id } = await client.submit({ name: 'podless', image: 'any', command: ['true'] });
  const { reason } = await settled(id);
  expect(reason).toMatch(/^pod\.create missing: FailedCreate: .*exceeded quota: none/);
  const { id: waiting } = await client.submit({ name: 'cancelled', image: 'any', command: ['true'] });
  await eventually('its Job', async () => (await client.get(waiting)).attempts[0]?.job);
  await client.cancel(waiting);
  expect(await settled(waiting)).toMatchObject({ verdict: 'cancelled' });
});

test('whoever checks finds no difference, and needs no more than the chart gives', async () => {
  const path = '/apis/batch/v1/namespaces/lacuna/cronjobs/lacuna-fsck';
  const { spec } = await getJson<{ spec: { suspend: boolean; jobTemplate: { spec: PodsOf } } }>(controlPlane, path);
  expect(spec.suspend).toBe(true);
  const env = {
    ...(await chart.environmentOf('fsck', spec.jobTemplate.spec)),
    PATH: process.env['PATH'] ?? '',
    LACUNA_URL: chart.url,
    LACUNA_TOKEN: chart.token,
  };
  // A trace that was exported a moment ago is not in Jaeger yet.
  const found = await eventually(
    'no difference',
    async () => promisify(execFile)(process.execPath, [LACUNA, 'fsck'], { env }),
    {
      withinMs: 90_000,
    },
  );
  expect(found.stdout).toMatch(/^\d+ evaluations and \d+ logs rebuilt from the stream: no difference\n$/);
  expect(found.stderr).toBe('');
});

test('nobody asked for anything that they may not do', () => {
  expect(chart.nats.log().match(/.*Violation.*/g)).toBe(null);
  for (const name of SERVICES) expect(chart.services[name].output).not.toMatch(/forbidden|may not use/i);
});

const PODS = '/api/v1/namespaces/lacuna-evaluations/pods';

interface StoppablePod {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly nodeName?: string; readonly activeDeadlineSeconds?: number };
}

/** What a kubelet says when the container has started. */
async function sayRuns({ metadata: { name } }: StoppablePod): Promise<void> {
  const startedAt = new Date().toISOString();
  const main = { name: 'main', image: 'any', imageID: '', containerID: `none://${name}`, ready: true, restartCount: 0 };
  const status = { phase: 'Running', containerStatuses: [{ ...main, state: { running: { startedAt } } }] };
  const contentType = 'application/merge-patch+json';
  const path = `${PODS}/${name}/status`;
  const answer = await requestApi(controlPlane.admin, { method: 'PATCH', path, contentType, body: { status } });
  if (answer.status !== 200) throw new Error(answer.text);
}
