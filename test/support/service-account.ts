import { requestApi } from '@lacuna/servers';
import type { ControlPlane } from '@lacuna/testing';

/** A token of a service account, as a pod of it would have: it lasts an hour. */
export async function tokenOf(
  controlPlane: ControlPlane,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } };
  const { status, text } = await requestApi(controlPlane.admin, { method: 'POST', path, body });
  if (status !== 201) throw new Error(`no token for ${namespace}/${name}: ${status} ${text}`);
  return (JSON.parse(text) as { status: { token: string } }).status.token;
}
