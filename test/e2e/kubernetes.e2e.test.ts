import type { ControlPlane } from '@lacuna/servers';
import { apply, eventually, get, startTestControlPlane, startTestNode } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { brokenTrace } from '../support/history.ts';
import { startSystem, type System } from '../support/system.ts';

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

const settled = (id: Parameters<System['client']['get']>[0]) =>
  system.client.waitUntilSettled(id, { signal: AbortSignal.timeout(90_000) });

test('a pod on a real node is passed: its log is sealed, and its trace has every stage', async () => {
  const { id, traceId } = await system.client.submit({
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
  await eventually(
    'the whole trace',
    async () => {
      const problems = brokenTrace(id, await system.jaeger.trace(traceId));
      if (problems.length > 0) throw new Error(problems.join('; '));
      return true;
    },
    { withinMs: 20_000 },
  );
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

test("a quota that allows no pod gives a missing pod.create with the API server's own words, one alert, and no Job left behind", async () => {
  await apply(controlPlane, {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'none' },
    spec: { hard: { pods: '0' } },
  });
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
    { withinMs: 20_000 },
  );
  expect(hole.attributes['otel.status_description']).toMatch(/exceeded quota: none/);
  await eventually('all Jobs removed', async () => {
    const { items } = await get<{ items: { metadata: { name: string } }[] }>(
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
