import { KubeConnection, type ApiRequest } from './kube-connection.ts';
import { loadConfig, type KubernetesClusterOptions } from './open-kubernetes-cluster.ts';
import { TIMINGS } from './timings.ts';

/** Plain calls to an API server, for tools that change a cluster on purpose. */
export interface KubernetesApi extends AsyncDisposable {
  /** One call, read to its end; any status is an answer. Rejects when no answer came. */
  call(request: ApiRequest, signal: AbortSignal): Promise<{ readonly status: number; readonly body: unknown }>;
}

/** The API server of a kubeconfig, with its identity. Throws when the kubeconfig cannot be used. */
export function openKubernetesApi(
  options: Pick<KubernetesClusterOptions, 'kubeconfig' | 'context'> = {},
): KubernetesApi {
  const connection = new KubeConnection(loadConfig(options), TIMINGS.requestMs);
  return {
    call: (request, signal) => connection.call(request, signal),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}
