import type { Client } from '@lacuna/client';
import type { EvaluationId, EvaluationView } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';

/** Far more than one evaluation takes on a busy machine, and less than a test may take, which would end it without a word. Milliseconds. */
const SETTLED_WITHIN_MS = 150_000;

/** The view of an evaluation once it is settled, by the client's own wait; says where it is when that takes too long. */
export async function untilSettled(
  client: Pick<Client, 'waitUntilSettled'>,
  id: string,
  timeoutMs = SETTLED_WITHIN_MS,
): Promise<EvaluationView> {
  let last: EvaluationView | undefined;
  try {
    return await client.waitUntilSettled(id, { timeoutMs, onView: (view) => void (last = view) });
  } catch (cause) {
    throw new Error(`${String(cause)}; ${last === undefined ? id : whereabouts(last)}`, { cause });
  }
}

/** The views of evaluations once all of them are settled; says which is not, and where it is, when that takes too long. */
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
      if (view.verdict === undefined) throw new Error(`${ids.length - views.size} open, such as ${whereabouts(view)}`);
      views.set(id, view);
    }
    return true;
  };
  await eventually('all settled', probe, { withinMs });
  return [...views.values()];
}

/** What is known of an evaluation that should be further. */
function whereabouts({ id, name, phase, attempts }: EvaluationView): string {
  const stages = attempts.at(-1)?.stages.filter(({ outcome }) => outcome !== 'not-owed') ?? [];
  const told = stages.map(
    ({ stage, outcome, reason }) => `${stage} ${outcome}${reason === undefined ? '' : ` (${reason})`}`,
  );
  return `${id}, ${name}, ${phase}, attempt ${attempts.length}: ${told.join(', ') || 'nothing yet'}`;
}
