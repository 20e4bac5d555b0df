import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderTemplate } from '../render-template.ts';
import { freePort } from '../free-port.ts';
import { startRestartable } from '../restartable-server.ts';
import type { RestartableServer } from '../restartable-server.ts';
import type { ServerOptions } from '../server-options.ts';
import { requestApi } from './api-request.ts';
import type { ApiAccess } from './api-request.ts';
import type { ApiServer } from './api-server.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { cgroupName } from './node-cgroup.ts';
import { nodeProgram } from './node-prerequisites.ts';
import { isReadySince, nodeOf } from './node-readiness.ts';

/** A kubelet takes a name that is an address for all of its node's addresses: whichever it is asked at, it is here, and its certificate is for that. */
export const NODE_NAME = '127.0.0.1';

const TEMPLATE = new URL('../../../node/kubelet.yaml', import.meta.url);

export interface Kubelet extends RestartableServer {
  /** Such as `https://127.0.0.1:20123`. It serves with the certificate of the API server. */
  readonly url: string;
}

interface KubeletOptions extends ServerOptions {
  readonly apiServer: ApiServer;
  readonly token: string;
  readonly nodeDir: string;
  /** Unix socket of the container runtime. */
  readonly runtimeSocket: string;
  /** Process whose mounts it shares with the runtime. */
  readonly namespacesPid: number;
  /** See `RealNodeOptions.logMaxSize`. */
  readonly logMaxSize?: string;
}

export async function startKubelet(options: KubeletOptions): Promise<Kubelet> {
  const { path, dataDir, signal, onLog = () => {}, apiServer, token, nodeDir } = options;
  const { url, caFile, keyFile } = apiServer;
  const [port, healthPort] = [await freePort(), await freePort()];
  const access = { url: `https://127.0.0.1:${port}`, caFile };
  const config = join(nodeDir, 'kubelet.yaml');
  const values = {
    port,
    healthPort,
    certificate: caFile,
    key: keyFile,
    clients: apiServer.kubeletClientCertificate,
    runtime: `unix://${options.runtimeSocket}`,
    cgroup: `/${cgroupName(nodeDir)}`,
    logMaxSize: options.logMaxSize ?? '10Mi',
    volumePlugins: join(nodeDir, 'volume-plugins'),
  };
  await writeFile(config, await renderTemplate(TEMPLATE, values));
  const kubeconfig = await writeKubeconfig(join(nodeDir, 'kubelet.kubeconfig'), { url, caFile, token });
  const server = await startRestartable({
    name: 'kubelet',
    path: nodeProgram('nsenter'),
    args: [
      `--target=${options.namespacesPid}`,
      '--mount',
      path,
      `--config=${config}`,
      `--kubeconfig=${kubeconfig}`,
      `--root-dir=${join(nodeDir, 'kubelet')}`,
      `--hostname-override=${NODE_NAME}`,
    ],
    dataDir,
    signal,
    onLog,
    isReady: async (startedAt) =>
      (await isHealthy(healthPort)) &&
      (await isReported({ url, caFile, token }, startedAt)) &&
      (await isServing(access)),
    endsItself: true,
  });
  return Object.assign(server, { url: access.url });
}

const isHealthy = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2000) })).ok;

/**
 * It answers before it has started all its parts, and ends itself when one of them can't be started just then, such as for want of an inotify
 * instance, of which a user has 128. That the node is ready it tells only behind that. Source: `initializeRuntimeDependentModules`, kubelet 1.34.
 */
const isReported = async (access: ApiAccess, startedAt: number): Promise<boolean> =>
  isReadySince(await nodeOf(access, NODE_NAME), startedAt);

/** Its server for others may be there a moment later. It refuses whoever has no name, for which it asks nobody. */
const isServing = async (access: ApiAccess): Promise<boolean> =>
  (await requestApi(access, { path: '/logs/' })).status === 401;
