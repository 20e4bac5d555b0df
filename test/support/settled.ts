import type { Client } from '@lacuna/client';
import type { EvaluationId, EvaluationView } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';

/** The views of evaluations once all of them are settled; says which is not when that takes too long. */
export async function allSettled(
  client: Pick<Client, 'get'>,
  ids: readonly EvaluationId[],
  withinMs: number,
): Promise<EvaluationView[]> {
  const views = new Map<EvaluationId, EvaluationView>();
  const probe = async (): Promise<true> => {
    for (const id of ids) {
      if (views.has(id)) continue;
      const view = await client.get(id);
      if (view.verdict === undefined)
        throw new Error(`${ids.length - views.size} open, such as ${id}, ${view.name}, ${view.phase}`);
      views.set(id, view);
    }
    return true;
  };
  await eventually('all settled', probe, { withinMs });
  return [...views.values()];
}
