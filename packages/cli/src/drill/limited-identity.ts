import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKubernetesApi, type KubernetesApi } from '@lacuna/cluster-kubernetes';
import { namespaceOf, type DrillContext } from './drill-context.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
/** The service account that is limited. */
export const LIMITED_ACCOUNT = 'lacuna-drill-dispatch';

interface Identity extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly api: KubernetesApi;
}

/** A service account with the rights of dispatch, and a kubeconfig for it; the file is gone when it is disposed. */
export async function limitedIdentity(context: DrillContext): Promise<Identity> {
  const { api, namespace, kubeconfigFor } = namespaceOf(context);
  const of = { metadata: { name: LIMITED_ACCOUNT } };
  await api('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, of);
  await api('POST', `${RBAC}/namespaces/${namespace}/roles`, {
    ...of,
    rules: [
      { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get', 'patch', 'delete'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list', 'patch', 'delete'] },
      { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'get'] },
    ],
  });
  await api('POST', `${RBAC}/namespaces/${namespace}/rolebindings`, {
    ...of,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: LIMITED_ACCOUNT },
    subjects: [{ kind: 'ServiceAccount', name: LIMITED_ACCOUNT, namespace }],
  });
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${LIMITED_ACCOUNT}/token`;
  const { status } = (await api('POST', path, { spec: { expirationSeconds: 3_600 } })) as { status: { token: string } };
  const folder = await mkdtemp(join(tmpdir(), 'lacuna-drill-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigFor(status.token), { mode: 0o600 });
  const own = openKubernetesApi({ kubeconfig });
  return {
    kubeconfig,
    api: own,
    async [Symbol.asyncDispose]() {
      await own[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
