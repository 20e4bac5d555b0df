import type { EvaluationId } from '@lacuna/contracts';
import { ownOf, waitFor, type Scene } from './scene.ts';

/** Stops Jaeger, makes something that must cause an alert, and lets Jaeger go on when the alert has come. */
export async function whileJaegerIsDown(scene: Scene, make: () => Promise<EvaluationId>): Promise<EvaluationId> {
  const { jaeger, alerts } = ownOf(scene);
  const { pid } = jaeger();
  process.kill(pid, 'SIGSTOP');
  try {
    const id = await make();
    await waitFor(scene, 'the alert without Jaeger', async () => alerts.find((alert) => alert.evaluation === id));
    scene.say('alerted while Jaeger is down');
    return id;
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}
