import {
  CONTROL_PLANE,
  nodeProblem,
  resolveBinaries,
  startControlPlane,
  startRealNode,
  type ControlPlane,
  type OnProgress,
  type RealNode,
} from '@lacuna/servers';
import type { Lifecycle } from '@lacuna/service-kit';
import { join } from 'node:path';

/** A control plane and a node of its own, both part of the given life. Throws what is missing and how to get it. */
export async function openRealCluster(
  life: Lifecycle,
  dataDir: string,
  onProgress: OnProgress,
): Promise<{ readonly controlPlane: ControlPlane; readonly node: RealNode }> {
  const problem = await nodeProblem();
  if (problem !== undefined) throw new Error(`${problem}; without it: lacuna demo`);
  const { signal } = life;
  const found = await resolveBinaries([...CONTROL_PLANE, 'kubelet'], { onProgress, signal });
  if (found.kind === 'unavailable') throw new Error(found.message);
  const { paths } = found;
  onProgress({ message: 'starting a control plane and a node', passing: false });
  const common = { dataDir: join(dataDir, 'kubernetes'), paths, signal };
  const controlPlane = await life.step('control plane', () => startControlPlane(common));
  const node = await life.step('node', () => startRealNode({ controlPlane, kubeletPath: paths.kubelet, signal }));
  return { controlPlane, node };
}
