import type { Client } from '@lacuna/client';
import type { EvaluationId, EvaluationView } from '@lacuna/contracts';
import type { Act } from './cast.ts';

/** What the audience sees while it waits. */
export type OnScene = (line: string) => void;

/** Submits all acts at once, plays the part of the one who kills, and waits until each is settled. */
export async function play(
  acts: readonly Act[],
  client: Client,
  onScene: OnScene,
  signal: AbortSignal,
): Promise<Map<Act, EvaluationView>> {
  const entries = acts.map(async (act) => {
    const { id } = await client.submit(act.spec);
    if (act.key === 'killed') void killFromOutside(id, client, onScene, signal).catch(() => undefined);
    let phase = '';
    const view = await client.waitUntilSettled(id, {
      signal,
      onView: (seen) => {
        if (seen.phase !== phase && seen.phase !== 'settled') onScene(`${act.spec.name}: ${(phase = seen.phase)}`);
      },
    });
    onScene(`${act.spec.name}: ${view.verdict} (${view.reason})`);
    return [act, view] as const;
  });
  return new Map(await Promise.all(entries));
}

/** A real SIGKILL from a process that has nothing to do with Lacuna: the pid is read from the evaluation's own live log. */
async function killFromOutside(id: EvaluationId, client: Client, onScene: OnScene, signal: AbortSignal): Promise<void> {
  let text = '';
  const { body } = await client.log(id, { follow: true, signal });
  for await (const chunk of body) {
    text += Buffer.from(chunk).toString();
    const pid = /my pid is (\d+)\n/.exec(text)?.[1];
    if (pid === undefined) continue;
    onScene(`killed: kill -9 ${pid}`);
    process.kill(Number(pid), 'SIGKILL');
    return;
  }
}
