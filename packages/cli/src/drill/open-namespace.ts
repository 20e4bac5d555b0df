import { randomBytes } from 'node:crypto';
import { openKubernetesApi } from '@lacuna/cluster-kubernetes';
import { defined } from '@lacuna/contracts';
import type { Lifecycle } from '@lacuna/service-kit';
import type { DrillNamespace } from './drill-context.ts';

/** Why a drill is not for a platform that runs already. */
export const NEEDS_NAMESPACE = { url: 'it changes the cluster, which only a namespace of its own allows' } as const;

export interface NamespaceOptions {
  readonly kubeconfig?: string;
  readonly image: string;
}

/** A namespace that is made for drills within the given life, and deleted at its end with all that is in it. */
export async function openNamespace(life: Lifecycle, { kubeconfig, image }: NamespaceOptions): Promise<DrillNamespace> {
  const api = await life.step('Kubernetes API', () => Promise.resolve(openKubernetesApi(defined({ kubeconfig }))));
  const namespace = `lacuna-drill-${randomBytes(3).toString('hex')}`;
  const patient = new AbortController();
  const call: DrillNamespace['api'] = async (method, path, body) => {
    const answer = await api.call({ method, path, ...defined({ body }) }, patient.signal);
    if (answer.status < 300) return answer.body;
    throw new Error(`${method} ${path} was answered ${answer.status}: ${JSON.stringify(answer.body).slice(0, 500)}`);
  };
  await call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  const remove = async (): Promise<void> => void (await call('DELETE', `/api/v1/namespaces/${namespace}`));
  await life.step('namespace', () => Promise.resolve({ [Symbol.asyncDispose]: remove }));
  return { namespace, image, api: call, kubeconfigFor: (token) => api.kubeconfigFor(token) };
}
