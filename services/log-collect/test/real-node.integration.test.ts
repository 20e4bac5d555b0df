import {
  CONTROL_PLANE,
  nodeProblem,
  problemWith,
  applyManifest,
  eventually,
  getJson,
  startTestNode,
} from '@lacuna/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KubernetesRig } from './kubernetes-rig.ts';

/** Faults of the log API that a real kubelet, containerd and a real container cause. The others are in the two files beside this one. */
const problem = (await problemWith(...CONTROL_PLANE, 'kubelet')) ?? (await nodeProblem());
let rig: KubernetesRig;
let node: Awaited<ReturnType<typeof startTestNode>>;

beforeAll(async () => {
  rig = await KubernetesRig.start();
  node = await startTestNode(rig.controlPlane);
});
afterAll(async () => {
  await node?.[Symbol.asyncDispose]();
  await rig?.[Symbol.asyncDispose]();
});

const LINES = 80;

test.skipIf(problem !== undefined)(
  'L1 a kubelet that is killed in the middle of a log, and comes back: the log is whole',
  async () => {
    const script = `for i in $(seq ${LINES}); do echo line $i of a log; sleep 0.1; done`;
    const container = {
      name: 'main',
      image: 'localhost/busybox:1',
      imagePullPolicy: 'Never',
      command: ['sh', '-c', script],
    };
    const spec = { nodeName: node.name, restartPolicy: 'Never', containers: [container] };
    await applyManifest(rig.controlPlane, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'talker', namespace: 'default' },
      spec,
    });
    const pod = () =>
      getJson<{ metadata: { uid: string }; status: { phase: string } }>(
        rig.controlPlane,
        '/api/v1/namespaces/default/pods/talker',
      );
    const run = rig.capture({ pod: 'talker', podUid: (await pod()).metadata.uid });
    await eventually('some lines are stored', async () => (await run.length()) > 100, { withinMs: 80_000 });
    await node.kubelet.kill();
    await node.kubelet.restart();
    await eventually('it ended', async () => (await pod()).status.phase === 'Succeeded', { withinMs: 80_000 });
    run.end(Array.from({ length: LINES }, (_, i) => `line ${i + 1} of a log\n`).join(''));
    const statement = await run.statement;
    expect(statement, statement.reason).toMatchObject({ state: 'sealed', lines: LINES });
  },
  240_000,
);
