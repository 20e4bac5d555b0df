import type { Alert, EvaluationId } from '@lacuna/contracts';
import { eventually } from '@lacuna/testing';
import { brokenAlerts, messagesIn } from './history.ts';

/** Waits until each of these evaluations has raised exactly this alert, and no other has raised any (invariant I7). */
export function alertedOnce(natsUrl: string, owed: ReadonlyMap<EvaluationId, string>): Promise<true> {
  return eventually(
    'every alert once',
    async () => {
      const problems = brokenAlerts(owed, await messagesIn<Alert>(natsUrl, 'LACUNA_ALERTS'));
      if (problems.length > 0) throw new Error(problems.slice(0, 5).join('; '));
      return true;
    },
    { withinMs: 60_000 },
  );
}
