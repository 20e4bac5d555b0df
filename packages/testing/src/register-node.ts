import { requestApi } from '@lacuna/servers';
import type { ControlPlane } from '@lacuna/servers';
import { applyManifest } from './cluster-objects.ts';

/** The API server asks the node's kubelet for logs where its status says. */
export async function registerNode(controlPlane: ControlPlane, name: string, port: number): Promise<void> {
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name } };
  await applyManifest(controlPlane, node);
  const status = {
    addresses: [{ type: 'Hostname', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
  };
  const answer = await requestApi(controlPlane.admin, {
    method: 'PATCH',
    path: `/api/v1/nodes/${name}/status`,
    contentType: 'application/merge-patch+json',
    body: { status },
  });
  if (answer.status !== 200) throw new Error(`the node ${name} has no address: ${answer.text}`);
}
