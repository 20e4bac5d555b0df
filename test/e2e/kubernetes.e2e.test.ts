import type { Alert, Fact } from '@lacuna/contracts';
import { requestApi, type ApiRequest, type ControlPlane } from '@lacuna/servers';
import { applyQuota, eventually, getJson, startTestControlPlane, startTestNode } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { messagesIn } from '../support/history.ts';
import { untilSettled } from '../support/settled.ts';
import { startSystem, type System } from '../support/system.ts';
import { sorted, TWO_STREAMS } from '../support/two-streams.ts';
import { wholeTrace } from '../support/whole-trace.ts';

const IMAGE = 'localhost/busybox:1';
let stack: AsyncDisposableStack;
let controlPlane: ControlPlane;
let system: System;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  controlPlane = stack.use(await startTestControlPlane());
  stack.use(await startTestNode(controlPlane));
  system = stack.use(
    await startSystem({
      env: {
        LACUNA_CLUSTER: 'kubernetes',
        LACUNA_KUBECONFIG: controlPlane.kubeconfig,
        LACUNA_IMAGE_PULL_POLICY: 'Never',
        LACUNA_DEADLINES: 'pod.create=5s+1s',
        LACUNA_REREAD: '1s',
      },
    }),
  );
}, 180_000);
afterAll(() => stack.disposeAsync());

const settled = (id: Parameters<System['client']['get']>[0]) => untilSettled(system.client, id);

test('a pod on a real node is passed: its log is sealed, and its trace has every stage', async () => {
  const { id } = await system.client.submit({
    name: 'hello',
    image: IMAGE,
    command: ['sh', '-c', 'echo hello from a pod'],
    report: 'none',
  });
  const view = await settled(id);
  expect(view).toMatchObject({ verdict: 'passed', reason: 'exit code 0, log sealed' });
  expect(view.evidence).toMatchObject({ exitCode: 0, log: 'sealed', absent: [] });
  const { body } = await system.client.log(id);
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  expect(text).toBe('hello from a pod\n');
  await wholeTrace(system.jaeger, id);
});

test('stdout and stderr apart: every line of both is proven to be in the log', async () => {
  const { script, stdout, stderr } = TWO_STREAMS;
  const command = ['sh', '-c', script];
  const { id } = await system.client.submit({ image: IMAGE, command, streams: 'apart', report: 'none' });
  const view = await settled(id);
  expect(view, view.reason).toMatchObject({ verdict: 'passed', reason: 'exit code 0, log sealed' });
  const told = 'all that was written to stdout (143 892 bytes) and stderr (43 893 bytes) is there';
  const log = view.attempts[0]?.log;
  expect(log, log?.reason).toMatchObject({ state: 'sealed', bytes: stdout.length + stderr.length });
  expect(log).toMatchObject({ sealedBy: 'records', reason: expect.stringContaining(told) as string });
  const { body } = await system.client.log(id);
  let text = '';
  for await (const chunk of body) text += Buffer.from(chunk).toString();
  expect(sorted(text)).toBe(sorted(stdout + stderr));
});

test('a child that the kernel killed for memory is never passed, although the exit code is 0', async () => {
  const { id } = await system.client.submit({
    name: 'hungry',
    image: IMAGE,
    // The child has to grow fast enough to be the one that is killed; what follows it is not.
    command: ['sh', '-c', 'head -c 100000000 /dev/zero | tail | wc -c; echo the shell goes on; exit 0'],
    resources: { memory: '20Mi' },
    report: 'none',
  });
  const view = await settled(id);
  expect(view).toMatchObject({ verdict: 'error', reason: expect.stringMatching(/^OOMKilled/) });
  expect(view.findings).toMatchObject([{ stage: 'container.run', cause: 'oom-killed' }]);
});

test('a command that does not exist is an error that names it, and no result of a program', async () => {
  const { id } = await system.client.submit({ name: 'typo', image: IMAGE, command: ['pytset', '-v'] });
  expect(await settled(id)).toMatchObject({ verdict: 'error', reason: expect.stringMatching(/cannot start pytset/) });
});

/** How the cluster takes a pod away that runs. */
const TAKEN_AWAY = {
  evicted: (pod: string): ApiRequest => {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: pod, namespace: 'default' } };
    return { method: 'POST', path: `/api/v1/namespaces/default/pods/${pod}/eviction`, body };
  },
  deleted: (pod: string): ApiRequest => ({
    method: 'DELETE',
    path: `/api/v1/namespaces/default/pods/${pod}`,
    body: {},
  }),
};

test.each(Object.entries(TAKEN_AWAY))(
  'a pod that is %s while it runs: the second attempt passes, one trace has both, and the alert is resolved',
  async (_, request) => {
    // The name of the pod says which attempt it is.
    const { id } = await system.client.submit({
      name: 'taken-away',
      image: IMAGE,
      command: ['sh', '-c', 'case $HOSTNAME in *-a1-*) echo first; sleep 300;; esac; echo second'],
      report: 'none',
      retries: 1,
    });
    const { data } = await eventually(
      'it runs',
      async () => {
        const facts = await messagesIn<Fact>(system.nats.url, 'LACUNA_FACTS');
        return facts
          .filter((fact) => fact.type === 'container-started')
          .find(({ evaluation, attempt }) => evaluation === id && attempt === 1);
      },
      { withinMs: 120_000 },
    );
    expect((await requestApi(controlPlane.admin, request(data.pod))).status).toBeLessThan(300);
    const view = await settled(id);
    expect(view, JSON.stringify(view.attempts)).toMatchObject({
      verdict: 'passed',
      reason: expect.stringMatching(/^exit code 0, log sealed \(attempt 2; attempt 1: infrastructure: /),
    });
    expect(view.findings).toMatchObject([{ stage: 'container.run', clearedAt: expect.any(Number) as number }]);
    const told = await eventually('the alert is resolved', async () => {
      const alerts = (await messagesIn<Alert>(system.nats.url, 'LACUNA_ALERTS')).filter((one) => one.evaluation === id);
      return alerts.some(({ status }) => status === 'resolved') ? alerts : undefined;
    });
    expect(told.map(({ status, attempt }) => `${status} ${attempt}`)).toEqual(['raised 1', 'resolved 1']);
    const names = (await wholeTrace(system.jaeger, id)).map(({ name }) => name);
    const both = ['pod.create', 'retry: infrastructure', 'pod.create (attempt 2)', 'container.run (attempt 2)'];
    expect(names).toEqual(expect.arrayContaining(both));
  },
  300_000,
);

test("a quota that allows no pod gives a missing pod.create with the API server's own words, one alert, and no Job left behind", async () => {
  await applyQuota(controlPlane, { name: 'none', hard: { pods: '0' } });
  const { id, traceId } = await system.client.submit({ name: 'podless', image: IMAGE, command: ['true'] });
  const view = await settled(id);
  expect(view).toMatchObject({
    verdict: 'error',
    reason: expect.stringMatching(/^pod\.create missing: FailedCreate: .*exceeded quota: none/),
  });
  expect(view.findings).toMatchObject([{ stage: 'pod.create', cause: 'missing' }]);
  const hole = await eventually(
    'the hole in Jaeger',
    async () => (await system.jaeger.trace(traceId))?.find((span) => span.name === 'pod.create missing'),
    { withinMs: 60_000 },
  );
  expect(hole.attributes['otel.status_description']).toMatch(/exceeded quota: none/);
  await eventually('all Jobs removed', async () => {
    const { items } = await getJson<{ items: { metadata: { name: string } }[] }>(
      controlPlane,
      '/apis/batch/v1/namespaces/default/jobs',
    );
    if (items.length > 0) throw new Error(items.map(({ metadata }) => metadata.name).join());
    return true;
  });
});

test('an evaluation without an image is refused in words that say what is missing', async () => {
  const { id } = await system.client.submit({ command: ['true'] });
  expect(await settled(id)).toMatchObject({ verdict: 'error', reason: expect.stringMatching(/needs an image/) });
});
