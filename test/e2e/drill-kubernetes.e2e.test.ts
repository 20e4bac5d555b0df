import type { ControlPlane } from '@lacuna/servers';
import { getJson, startTestControlPlane, startTestNode } from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';

interface Drilled {
  readonly drills: readonly { readonly fault: string; readonly problems: readonly string[]; readonly cause?: string }[];
}

let stack: AsyncDisposableStack;
let controlPlane: ControlPlane;

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  controlPlane = stack.use(await startTestControlPlane());
  stack.use(await startTestNode(controlPlane));
}, 180_000);
afterAll(() => stack.disposeAsync());

/** Every fault there is, and the cause that the diagnosis must rank first. */
const CAUSES = {
  'no-pod': 'quota',
  'slow-pod': 'pod-late',
  'jaeger-down': 'quota',
  oom: 'oom',
  evict: 'evicted',
  'cut-log': 'log-unread',
  'lost-tail': 'log-unread',
  'api-429': 'api-throttled',
  'dispatch-stall': 'dispatch-stalled',
  'nats-restart': undefined,
  'duplicate-delivery': undefined,
};

test('on a real node: every fault, each by the cluster itself, and nothing is left behind', async () => {
  const faults = Object.keys(CAUSES);
  const { stdout: list } = await runCli(['drill', '--list', '--json']);
  expect((JSON.parse(list) as { fault: string }[]).map(({ fault }) => fault).toSorted()).toEqual(faults.toSorted());
  const cluster = [
    '--cluster',
    'kubernetes',
    '--kubeconfig',
    controlPlane.kubeconfig,
    '--image',
    'localhost/busybox:1',
  ];
  const { code, stdout, stderr } = await runCli(['drill', '--json', ...cluster, ...faults], {
    LACUNA_IMAGE_PULL_POLICY: 'Never',
  });
  if (stdout === '') throw new Error(stderr);
  const { drills } = JSON.parse(stdout) as Drilled;
  expect(drills.map(({ fault, problems }) => ({ fault, problems }))).toEqual(
    faults.map((fault) => ({ fault, problems: [] })),
  );
  expect(drills.map(({ cause }) => cause)).toEqual(Object.values(CAUSES));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { items } = await getJson<{ items: { metadata: { name: string }; status: { phase: string } }[] }>(
    controlPlane,
    '/api/v1/namespaces',
  );
  const left = items.filter(({ metadata, status }) => metadata.name.includes('drill') && status.phase === 'Active');
  expect(left).toEqual([]);
  const limits = await getJson<{ items: { metadata: { name: string } }[] }>(
    controlPlane,
    '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
  );
  expect(limits.items.filter(({ metadata }) => metadata.name.includes('drill'))).toEqual([]);
}, 600_000);
