import { nodeProblem, startRealNode } from '@lacuna/servers';
import type { ControlPlane, RealNode } from '@lacuna/servers';
import { cannotRun, serverBinary } from './server-binary.ts';

/**
 * A node of the cluster that really runs containers; there is the image `localhost/busybox:1`, to be used with
 * `imagePullPolicy: Never`. Skips the test where there is no root or no containerd. Dispose it before the control plane.
 */
export async function startTestNode(controlPlane: ControlPlane): Promise<RealNode> {
  const problem = await nodeProblem();
  if (problem !== undefined) return cannotRun(problem);
  return startRealNode({ controlPlane, kubeletPath: await serverBinary('kubelet') });
}
