import type { EvaluationId } from '@lacuna/contracts';
import { kubernetesOf, waitFor, type Scene } from './scene.ts';

/** The name of the pod of an evaluation, as soon as it has one. */
export function podOf(scene: Scene, id: EvaluationId): Promise<string> {
  const { api, namespace } = kubernetesOf(scene);
  return waitFor(scene, `a pod of ${id} in ${namespace}`, async () => {
    const answer = await api('GET', `/api/v1/namespaces/${namespace}/pods`);
    const { items } = answer as { items: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name).find((name) => name.startsWith(id));
  });
}
