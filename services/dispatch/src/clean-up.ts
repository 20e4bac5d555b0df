import { envPlaceOf, Failure, settledSubject, type FactType } from '@lacuna/contracts';
import type { Cluster } from '@lacuna/cluster';
import { fold, openLogs } from '@lacuna/lifecycle';
import type { Bus, RecordedFact } from '@lacuna/messaging';

/** Whichever of these is stored last finds the others. */
export const CLEAN_UP_FACTS: FactType[] = ['settled', 'log-closed', 'retry-ordered'];

/**
 * Removes what a settled evaluation leaves behind: its env values, and its Jobs with their pods and the cluster's copy of the log. Jobs go
 * only when the verdict stands and the log of every container that started is closed: deleted earlier, the rest of a log is lost by
 * our own doing (invariant I4). An attempt that is made again leaves its Job in the same way, at once if its log is closed, else with the verdict.
 * Jobs go by the uid that the facts name, so that nothing else can be hit. A refusal of the cluster is retried by redelivery.
 */
export async function cleanUp(
  { fact: told, seq }: RecordedFact,
  bus: Pick<Bus, 'readFact' | 'readFacts' | 'deleteEnv'>,
  cluster: Pick<Cluster, 'remove'>,
  signal: AbortSignal,
): Promise<void> {
  const { evaluation: id } = told;
  // Most logs are closed before the verdict, and then the verdict removes the Job: by both it would be asked for twice.
  if (told.type === 'log-closed' && ((await bus.readFact(settledSubject(id)))?.seq ?? Infinity) > seq) return;
  const evaluation = fold(id, await bus.readFacts(id, seq));
  const { submitted } = evaluation;
  if (told.type === 'settled' && submitted !== undefined && envPlaceOf(submitted) !== undefined)
    await bus.deleteEnv(id);
  const over = Object.values(evaluation.attempts).filter(
    ({ number }) => told.type !== 'retry-ordered' || number === told.attempt,
  );
  if (openLogs(over).length > 0) return;
  for (const { job } of over) {
    if (job === undefined) continue;
    const outcome = await cluster.remove({ name: job.data.job, uid: job.data.jobUid }, signal);
    if (outcome.kind === 'unavailable')
      throw new Failure('overloaded', `the cluster did not remove ${job.data.job}: ${outcome.message}`);
  }
}
