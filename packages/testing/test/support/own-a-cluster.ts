import { applyManifest, eventually, getJson, startTestControlPlane, startTestNode } from '../../src/index.ts';
import { jobPath, shellJob } from './job.ts';

// A process to be killed: it starts a cluster with a container that runs on, prints where, and stays.
const controlPlane = await startTestControlPlane();
await startTestNode(controlPlane);
await applyManifest(controlPlane, shellJob('endless', 'sleep 1000'));
await eventually(
  'the container runs',
  async () => (await getJson<{ status: { ready?: number } }>(controlPlane, jobPath('endless'))).status.ready === 1,
  { withinMs: 90_000 },
);
process.stdout.write(`${controlPlane.dataDir}\n`);
setInterval(() => {}, 60_000);
