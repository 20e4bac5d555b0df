import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pidFileOf } from '../server-process.ts';
import { stopLeftover } from '../pid-file.ts';
import type { ServerOptions } from '../server-options.ts';
import { requestApi } from './api-request.ts';
import { startContainerd } from './containerd.ts';
import type { Containerd, ContainerRuntime } from './containerd.ts';
import { NODE_USERS } from './control-plane.ts';
import type { ControlPlane } from './control-plane.ts';
import { startKubeRouter } from './kube-router.ts';
import { NODE_NAME, startKubelet } from './kubelet.ts';
import type { Kubelet } from './kubelet.ts';
import { removeNodeCgroup } from './node-cgroup.ts';
import { BASE_IMAGES, importImages, type ImageSource } from './node-images.ts';
import { podLogsOf, startNamespaces } from './node-namespaces.ts';
import { nodeProblem } from './node-prerequisites.ts';
import { untilNodeReady } from './node-readiness.ts';

export interface RealNodeOptions extends Omit<ServerOptions, 'dataDir' | 'path'> {
  readonly controlPlane: ControlPlane;
  /** Path of the kubelet. The other programs are the machine's own. */
  readonly kubeletPath: string;
  /** The machine's own containerd unless told. */
  readonly runtime?: ContainerRuntime;
  /** From which size on the kubelet rotates a log, which it looks for every ten seconds: `1Mi`. Kubernetes' own default unless told. */
  readonly logMaxSize?: string;
  /** Path of the kube-router that enforces NetworkPolicies; nobody does unless told. */
  readonly kubeRouterPath?: string;
}

/** A node that runs containers. Disposing it kills them and leaves nothing of it on the machine but its folder. */
export interface RealNode extends AsyncDisposable {
  /** Its name in the cluster. */
  readonly name: string;
  /** Asks the API server who calls it and what they may do, as in production. */
  readonly kubelet: Kubelet;
  readonly containerd: Containerd;
  /** Folder with a folder for each pod, in which the runtime writes the logs of its containers: `/var/log/pods` on the node. */
  readonly podLogs: string;
  /** Gives the runtime more images than the base ones; one call at a time. */
  addImages(source: ImageSource): Promise<void>;
}

const nodeDirOf = (dataDir: string): string => join(dataDir, 'node');

/**
 * Starts containerd and a kubelet for the cluster and waits until the node takes pods, about five seconds. Needs root and the
 * Debian packages that {@link nodeProblem} names. Pods have addresses in a network of their own that this machine can't
 * reach; logs, exit codes and `exec` probes work, port-forwarding and `kubectl exec` don't.
 */
export async function startRealNode(options: RealNodeOptions): Promise<RealNode> {
  const { controlPlane, signal, onLog, logMaxSize, kubeRouterPath } = options;
  const problem = await nodeProblem({ networkPolicies: kubeRouterPath !== undefined });
  if (problem !== undefined) throw new Error(problem);
  const { dataDir, apiServer } = controlPlane;
  const nodeDir = nodeDirOf(dataDir);
  const common = { dataDir, signal, onLog };
  await mkdir(nodeDir, { recursive: true });
  await removeLeftoverNode(dataDir, onLog);
  await forgetNode(controlPlane);

  await using starting = new AsyncDisposableStack();
  starting.defer(() => removeNodeCgroup(nodeDir));
  const namespaces = starting.use(await startNamespaces(common, nodeDir));
  const containerd = starting.use(await startContainerd(common, nodeDir, namespaces.pid, options.runtime));
  const addImages = (source: ImageSource): Promise<void> =>
    importImages(source, join(nodeDir, 'images'), containerd.socket);
  await addImages(BASE_IMAGES);
  const kubelet = starting.use(
    await startKubelet({
      ...common,
      path: options.kubeletPath,
      apiServer,
      token: controlPlane.tokenOf(NODE_USERS.kubelet),
      nodeDir,
      runtimeSocket: containerd.socket,
      namespacesPid: namespaces.pid,
      ...(logMaxSize === undefined ? {} : { logMaxSize }),
    }),
  );
  await untilNodeReady(controlPlane.admin, NODE_NAME);
  if (kubeRouterPath !== undefined) {
    const token = controlPlane.tokenOf(NODE_USERS.kubeRouter);
    const where = { nodeDir, namespacesPid: namespaces.pid };
    starting.use(await startKubeRouter({ ...common, ...where, path: kubeRouterPath, apiServer, token }));
  }
  const running = starting.move();
  return {
    name: NODE_NAME,
    kubelet,
    containerd,
    podLogs: podLogsOf(nodeDir),
    addImages,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Ends what a node on this folder left running when its owner was killed, its containers included. */
export async function removeLeftoverNode(dataDir: string, onLog: (line: string) => void = () => {}): Promise<void> {
  for (const name of ['kube-router', 'kubelet', 'containerd', 'node-namespaces'])
    await stopLeftover(pidFileOf(name, dataDir), dataDir, onLog);
  if (process.platform === 'linux') await removeNodeCgroup(nodeDirOf(dataDir));
}

/** An earlier node of this name would pass for the new one until it is found to be silent. */
async function forgetNode(controlPlane: ControlPlane): Promise<void> {
  await requestApi(controlPlane.admin, { method: 'DELETE', path: `/api/v1/nodes/${NODE_NAME}` });
}
