import type { EvaluationId } from '@lacuna/contracts';
import { ownPlatformOf, type DrillContext } from './drill-context.ts';
import { waitFor } from './wait-for.ts';

/** Stops Jaeger, makes something that must cause an alert, and lets Jaeger go on when the alert has come. */
export async function whileJaegerIsDown(
  context: DrillContext,
  make: () => Promise<EvaluationId>,
): Promise<EvaluationId> {
  const { jaeger, alerts } = ownPlatformOf(context);
  const { pid } = jaeger();
  process.kill(pid, 'SIGSTOP');
  try {
    const id = await make();
    await waitFor(context, 'the alert without Jaeger', async () => alerts.find((alert) => alert.evaluation === id));
    context.say('alerted while Jaeger is down');
    return id;
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
