import { nodeProblem, startRealNode } from '@lacuna/servers';
import type { ControlPlane, RealNode, RealNodeOptions } from '@lacuna/servers';
import { showNode } from './show-node.ts';
import { cannotRun, serverBinaries, serverBinary } from './server-binary.ts';

export interface TestNodeOptions extends Pick<RealNodeOptions, 'logMaxSize'> {
  readonly containerd?: 'own' | '2';
  /** Whether its network obeys NetworkPolicies, by kube-router. */
  readonly networkPolicies?: boolean;
}

/**
 * A node of the cluster that really runs containers; there is the image `localhost/busybox:1`, to be used with
 * `imagePullPolicy: Never`. What is waited for in vain is told with a picture of it. Its containerd is the machine's own, or version 2, which is built. Skips the test where there is no root or no containerd. Dispose it before the control plane.
 */
export async function startTestNode(
  controlPlane: ControlPlane,
  { containerd = 'own', networkPolicies = false, ...options }: TestNodeOptions = {},
): Promise<RealNode> {
  const problem = await nodeProblem({ networkPolicies });
  if (problem !== undefined) return cannotRun(problem);
  const kubeletPath = await serverBinary('kubelet');
  const router = networkPolicies ? { kubeRouterPath: await serverBinary('kube-router') } : {};
  const node = { ...options, ...router, controlPlane, kubeletPath };
  if (containerd === 'own') return shown(controlPlane, await startRealNode(node));
  const paths = await serverBinaries(['containerd', 'containerd-shim']);
  const runtime = { containerd: paths.containerd, shim: paths['containerd-shim'] };
  return shown(controlPlane, await startRealNode({ ...node, runtime }));
}

function shown(controlPlane: ControlPlane, node: RealNode): RealNode {
  const picture = showNode(controlPlane, node);
  return {
    ...node,
    async [Symbol.asyncDispose]() {
      picture[Symbol.dispose]();
      await node[Symbol.asyncDispose]();
    },
  };
}
