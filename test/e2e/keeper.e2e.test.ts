import { readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { EvaluationId, EvaluationSpec, EvaluationView, FactOf } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { messagesIn } from '../support/history.ts';
import { startRealCluster, type RealCluster } from '../support/kubernetes-system.ts';
import { untilSettled } from '../support/settled.ts';
import type { System } from '../support/system.ts';

const LINES = 20_000;
const WRITTEN = Array.from({ length: LINES }, (_, i) => `line ${i + 1} of a log that somebody needs\n`).join('');
const WRITE = `i=0; while [ $i -lt ${LINES} ]; do i=$((i+1)); echo "line $i of a log that somebody needs"; done`;

let stack: AsyncDisposableStack;
let cluster: RealCluster;
let system: System;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  cluster = stack.use(await startRealCluster());
  system = stack.use(await cluster.system({ LACUNA_REREAD: '1s' }));
}, 180_000);
afterAll(() => stack.disposeAsync());

const shell = (script: string): string[] => ['sh', '-c', script];

async function submit(spec: Partial<EvaluationSpec> & { readonly command: string[] }): Promise<EvaluationId> {
  const { id } = await system.client.submit({ image: 'localhost/busybox:1', report: 'none', ...spec });
  return id;
}

const settled = (id: EvaluationId): Promise<EvaluationView> => untilSettled(system.client, id);

async function logOf(id: EvaluationId): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of (await system.client.log(id)).body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function ended(id: EvaluationId): Promise<FactOf<'container-ended'>> {
  const find = async (): Promise<FactOf<'container-ended'> | undefined> =>
    (await messagesIn<FactOf<'container-ended'>>(system.nats.url, 'LACUNA_FACTS')).find(
      ({ evaluation, type }) => evaluation === id && type === 'container-ended',
    );
  return eventually(`${id} ended`, find, { withinMs: 120_000 });
}

/** Runs a command whose log file is emptied on the node before anybody reads it. */
async function unreadAndEmptied(spec: Partial<EvaluationSpec>): Promise<EvaluationId> {
  await system.services['log-collect'].kill9();
  const id = await submit({ command: shell(WRITE), ...spec });
  const { pod, podUid } = (await ended(id)).data;
  await truncate(join(cluster.node.podLogs, `default_${pod}_${podUid}`, 'main', '0.log'));
  system.services['log-collect'].start();
  return id;
}

test('the log of a container that the kernel killed as a whole is whole, and says how that is known', async () => {
  // Of several that take too much together the kernel then takes process 1, which is the helper, and with it all.
  const hungry =
    'echo 1000 >/proc/1/oom_score_adj; for i in 1 2 3 4; do head -c 100000000 /dev/zero | tail >/dev/null & done; wait';
  const id = await submit({
    command: shell(`${WRITE}; ${hungry}`),
    lossless: true,
    resources: { cpu: '500m', memory: '20Mi' },
  });
  const view = await settled(id);
  expect(view).toMatchObject({ verdict: 'error', reason: expect.stringMatching(/OOMKilled/) });
  const log = view.attempts.at(-1)?.log;
  expect(log, log?.reason).toMatchObject({ state: 'sealed', sealedBy: 'spool', bytes: WRITTEN.length });
  expect(log?.reason).toMatch(
    /killed before it could write its seal \(OOMKilled.*its helper had read by then, counted by the spool/,
  );
  expect(await logOf(id)).toBe(WRITTEN);
});

test('a log file that is emptied on its node before it was read: the bytes come from the spool, and the log is sealed', async () => {
  const id = await unreadAndEmptied({ lossless: true });
  const view = await settled(id);
  const log = view.attempts.at(-1)?.log;
  expect(log, log?.reason).toMatchObject({ state: 'sealed', restored: { from: 0, to: WRITTEN.length } });
  expect(log?.sealedBy).toBeUndefined();
  expect(await logOf(id)).toBe(WRITTEN);
  expect(view).toMatchObject({ verdict: 'passed' });
});

test('the same without lossless mode names the loss, and the mode', async () => {
  const id = await unreadAndEmptied({});
  const view = await settled(id);
  expect(view).toMatchObject({ verdict: 'incomplete' });
  const log = view.attempts.at(-1)?.log;
  expect(log).toMatchObject({ state: 'truncated', lost: { from: 0, to: WRITTEN.length } });
  expect(log?.reason).toMatch(/lossless: true would have kept these bytes/);
});

describe('a report file in a pod', () => {
  test('of a real pytest is read to the last test, with a log of its own that is sealed', async () => {
    const fixture = new URL('../../packages/evidence/test/fixtures/report-files/pytest-junit.txt', import.meta.url);
    const id = await submit({
      command: shell('echo "$JUNIT" > r.xml; echo written; exit 1'),
      env: { JUNIT: await readFile(fixture, 'utf8') },
      workdir: '/tmp',
      report: 'junit:r.xml',
    });
    const view = await settled(id);
    expect(view).toMatchObject({ verdict: 'failed', evidence: { log: 'sealed' } });
    expect(view.reason).toBe('7 passed, 2 failed, 2 errored, 2 skipped of 13, exit code 1');
    expect(await logOf(id)).toBe('written\n');
  });

  test.for<[what: string, script: string, report: string, reason: RegExp]>([
    [
      'was not written',
      'true',
      'junit:/tmp/r.xml',
      /^there was no report file \/tmp\/r\.xml when the command had ended/,
    ],
    ['is too large', 'truncate -s 70000000 /tmp/r.xml', 'junit:/tmp/r.xml', /has 70000000 bytes; the limit is/],
    ['is no report', 'echo "<html/>" > /tmp/r.xml', 'junit:/tmp/r.xml', /^not a JUnit XML file/],
  ])('that %s makes the evaluation incomplete, in words that say so', async ([, script, report, reason]) => {
    const view = await settled(await submit({ command: shell(script), report }));
    expect(view).toMatchObject({ verdict: 'incomplete', reason: expect.stringMatching(reason) as string });
  });
});
