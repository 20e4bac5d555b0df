import type { EvaluationId, EvaluationSpec } from '@lacuna/contracts';
import type { DrillContext } from './drill-context.ts';

/** Submits, and says so. */
export async function submit({ client, signal, say }: DrillContext, spec: EvaluationSpec): Promise<EvaluationId> {
  const { id } = await client.submit(spec, { signal });
  say(`submitted ${spec.name} (${id})`);
  return id;
}
