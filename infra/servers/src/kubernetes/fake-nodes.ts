import { requestApi } from './api-request.ts';
import type { ApiAccess } from './api-request.ts';
import { untilNodeReady } from './node-readiness.ts';

/** A kubelet sets the second on its node; pods may ask for it. */
const LABELS = { type: 'kwok', 'kubernetes.io/arch': 'amd64' };
const ANNOTATION = { 'kwok.x-k8s.io/node': 'fake' };

/** Makes the nodes that are missing and waits until kwok has taken each. The label `type: kwok` tells them from a real one. */
export async function createFakeNodes(access: ApiAccess, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `fake-${index}`);
  for (const name of names) {
    const metadata = { name, annotations: ANNOTATION, labels: { ...LABELS, 'kubernetes.io/hostname': name } };
    const node = { apiVersion: 'v1', kind: 'Node', metadata };
    const { status, text } = await requestApi(access, { path: '/api/v1/nodes', method: 'POST', body: node });
    if (status !== 201 && status !== 409) throw new Error(`node ${name} could not be made: ${text}`);
  }
  for (const name of names) await untilNodeReady(access, name);
  return names;
}
