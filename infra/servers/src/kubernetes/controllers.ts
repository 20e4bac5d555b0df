import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { startRestartable } from '../restartable-server.ts';
import type { RestartableServer } from '../restartable-server.ts';
import type { ServerOptions } from '../server-options.ts';
import { isOk } from './api-request.ts';
import type { ApiServer } from './api-server.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** How fast the cluster works. Kubernetes' own defaults (20 requests a second, 5 Jobs at once) allow a few Jobs a second. */
export interface ControllerLimits {
  /** Requests a second that the controller manager, and the scheduler as well, may make; twice as many in a burst. */
  readonly apiQps: number;
  readonly concurrentJobSyncs: number;
}

/** What both programs are told: where the API server is and who they are there. */
interface ControllerOptions extends ServerOptions {
  readonly apiServer: ApiServer;
  readonly token: string;
  readonly limits: ControllerLimits | undefined;
}

export function startControllerManager(options: ControllerOptions): Promise<RestartableServer> {
  const { limits, apiServer } = options;
  return startController('kube-controller-manager', options, [
    `--service-account-private-key-file=${apiServer.serviceAccountKey}`,
    // What pods are told to trust, in the ConfigMap kube-root-ca.crt of every namespace.
    `--root-ca-file=${apiServer.caFile}`,
    ...(limits ? [`--concurrent-job-syncs=${limits.concurrentJobSyncs}`] : []),
  ]);
}

export const startScheduler = (options: ControllerOptions): Promise<RestartableServer> =>
  startController('kube-scheduler', options, []);

async function startController(
  name: string,
  { path, dataDir, signal, onLog = () => {}, apiServer, token, limits }: ControllerOptions,
  args: readonly string[],
): Promise<RestartableServer> {
  const { url, caFile, keyFile } = apiServer;
  const kubeconfig = await writeKubeconfig(join(dataDir, `${name}.kubeconfig`), { url, caFile, token });
  const port = await freePort();
  return startRestartable({
    name,
    path,
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--bind-address=127.0.0.1',
      `--secure-port=${port}`,
      `--tls-cert-file=${caFile}`,
      `--tls-private-key-file=${keyFile}`,
      ...(limits ? [`--kube-api-qps=${limits.apiQps}`, `--kube-api-burst=${2 * limits.apiQps}`] : []),
      ...args,
    ],
    dataDir,
    signal,
    onLog,
    isReady: () => isOk({ url: `https://127.0.0.1:${port}`, caFile }, '/healthz'),
  });
}
