import type { Client } from '@lacuna/client';
import type { EvaluationView } from '@lacuna/contracts';
import type { Act } from './cast.ts';

/** What the audience sees while it waits. */
type OnScene = (line: string) => void;

/** Submits all acts at once, lets interfere whoever does, and waits until each is settled. */
export async function play(
  acts: readonly Act[],
  client: Client,
  onScene: OnScene,
  signal: AbortSignal,
): Promise<Map<Act, EvaluationView>> {
  const entries = acts.map(async (act) => {
    const { id } = await client.submit(act.spec);
    const over = new AbortController();
    const scene = { id, client, say: onScene, signal: AbortSignal.any([signal, over.signal]) };
    void act.interfere?.(scene).catch(() => undefined);
    let phase = '';
    const view = await client.waitUntilSettled(id, {
      signal,
      onView: (seen) => {
        if (seen.phase !== phase && seen.phase !== 'settled') onScene(`${act.spec.name}: ${(phase = seen.phase)}`);
      },
    });
    over.abort();
    onScene(`${act.spec.name}: ${view.verdict} (${view.reason})`);
    return [act, view] as const;
  });
  return new Map(await Promise.all(entries));
}
