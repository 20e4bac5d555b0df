import type { KubeConfig } from '@kubernetes/client-node';
import { KubeConnection, type ApiRequest } from './kube-connection.ts';
import { loadConfig, type KubernetesClusterOptions } from './open-kubernetes-cluster.ts';
import { TIMINGS } from './timings.ts';

/** Plain calls to an API server, for tools that change a cluster on purpose. */
export interface KubernetesApi extends AsyncDisposable {
  /** One call, read to its end; any status is an answer. Rejects when no answer came. */
  call(request: ApiRequest, signal: AbortSignal): Promise<{ readonly status: number; readonly body: unknown }>;
  /** A kubeconfig for the same server with a bearer token as the identity, as text. */
  kubeconfigFor(token: string): string;
}

/** The API server of a kubeconfig, with its identity. Throws when the kubeconfig cannot be used. */
export function openKubernetesApi(
  options: Pick<KubernetesClusterOptions, 'kubeconfig' | 'context'> = {},
): KubernetesApi {
  const config = loadConfig(options);
  const connection = new KubeConnection(config, TIMINGS);
  return {
    kubeconfigFor: (token) => kubeconfigWith(config, token),
    call: (request, signal) => connection.call(request, signal),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

/** In JSON, which every reader of YAML reads. */
function kubeconfigWith(config: KubeConfig, token: string): string {
  const { server, caData, caFile, skipTLSVerify, tlsServerName } = config.getCurrentCluster() ?? {};
  const cluster = {
    server,
    'certificate-authority-data': caData,
    'certificate-authority': caFile,
    'insecure-skip-tls-verify': skipTLSVerify,
    'tls-server-name': tlsServerName,
  };
  const name = 'lacuna';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
