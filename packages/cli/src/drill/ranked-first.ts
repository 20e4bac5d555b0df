import type { EvaluationId } from '@lacuna/contracts';
import type { DrillContext } from './drill-context.ts';

/** The cause that the diagnosis ranks first now. */
export async function rankedFirst(
  { client, signal }: DrillContext,
  id: EvaluationId,
): Promise<{ readonly causeThen: string }> {
  const { causes } = await client.diagnosis(id, { signal });
  return { causeThen: causes[0]?.cause ?? 'none' };
}
