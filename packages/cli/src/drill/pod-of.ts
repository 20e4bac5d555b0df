import type { EvaluationId } from '@lacuna/contracts';
import { namespaceOf, type DrillContext } from './drill-context.ts';
import { waitFor } from './wait-for.ts';

/** The name of the pod of an evaluation, as soon as it has one. */
export function podOf(context: DrillContext, id: EvaluationId): Promise<string> {
  const { api, namespace } = namespaceOf(context);
  return waitFor(context, `a pod of ${id} in ${namespace}`, async () => {
    const answer = await api('GET', `/api/v1/namespaces/${namespace}/pods`);
    const { items } = answer as { items: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name).find((name) => name.startsWith(id));
  });
}
