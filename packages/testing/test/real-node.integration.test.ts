import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BUSYBOX_IMAGE, nodeProblem } from '@lacuna/servers';
import { expect, test } from 'vitest';
import { applyManifest, eventually, getJson, getText, startTestControlPlane, startTestNode } from '../src/index.ts';
import { cannotRun, serverBinary } from '../src/server-binary.ts';
import { sweepLeftovers } from '../src/sweep-leftovers.ts';
import { jobPath, podOfEndedJob, shellJob } from './support/job.ts';
import { cgroupOfNode, foldersOf, machineTraces } from './support/machine-traces.ts';

test('a Job runs in a container of a real node: exit code and log come back, what does not happen is told with what the node shows, and disposing leaves nothing on the machine', async () => {
  await using controlPlane = await startTestControlPlane();
  const nodeDir = join(controlPlane.dataDir, 'node');
  const interfaces = machineTraces(nodeDir, '').interfaces;
  let cgroup: string;
  {
    await using node = await startTestNode(controlPlane);
    await applyManifest(controlPlane, shellJob('three', 'echo to stdout; echo to stderr >&2; exit 3'));
    await applyManifest(controlPlane, shellJob('endless', 'sleep 1000'));
    const pod = await podOfEndedJob(controlPlane, 'three', 'Failed');
    expect(pod.spec.nodeName).toBe(node.name);
    expect(pod.status).toMatchObject({
      phase: 'Failed',
      podIP: expect.stringMatching(/^10\.88\./),
      containerStatuses: [{ image: BUSYBOX_IMAGE, state: { terminated: { exitCode: 3, reason: 'Error' } } }],
    });
    const log = await getText(controlPlane, `/api/v1/namespaces/default/pods/${pod.metadata.name}/log`);
    expect(log.split('\n').sort()).toEqual(['', 'to stderr', 'to stdout']);
    await eventually(
      'the other container runs',
      async () => (await getJson<{ status: { ready?: number } }>(controlPlane, jobPath('endless'))).status.ready === 1,
      { withinMs: 90_000 },
    );
    cgroup = cgroupOfNode(nodeDir);
    await node.kubelet.kill();
    const inVain = eventually('a miracle', () => false, { withinMs: 1 });
    await expect(inVain).rejects.toThrow(
      /^a miracle: .*\nnode 127\.0\.0\.1, ready True at .*; taints: none\npods: .*1 \(Running, running\)(.|\n)*\nkubelet ended \(SIGKILL\)(.|\n)*\ncontainerd runs/,
    );
  }
  expect(machineTraces(nodeDir, cgroup)).toEqual({ processes: [], mounts: [], cgroups: [], interfaces });
});

test('what a killed test process left of a cluster, its containers included, is gone after the next sweep', async () => {
  const problem = await nodeProblem();
  if (problem !== undefined) await cannotRun(problem);
  await serverBinary('kubelet');
  const script = fileURLToPath(new URL('support/own-a-cluster.ts', import.meta.url));
  const owner = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [dataDir] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  const cgroup = cgroupOfNode(join(dataDir, 'node'));
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(machineTraces(dataDir, cgroup).cgroups).not.toEqual([]);
  const told: string[] = [];
  await sweepLeftovers((line) => void told.push(line));
  expect(foldersOf(owner.pid ?? 0), told.join('\n')).toEqual([]);
  expect(machineTraces(dataDir, cgroup)).toMatchObject({ processes: [], mounts: [], cgroups: [] });
});
