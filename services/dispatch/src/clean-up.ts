import { Failure, factSubject, type EvaluationId, type FactOf } from '@lacuna/contracts';
import type { Cluster } from '@lacuna/cluster';
import type { Bus, RecordedFact } from '@lacuna/messaging';

/**
 * Removes what a settled evaluation leaves behind: its Jobs (with their pods and the cluster's copy of the log) and its env values.
 * Only after `settled`, and by the uid that the facts name, so that nothing else can be hit. A refusal of the cluster is retried by redelivery.
 */
export async function cleanUp(
  settled: RecordedFact,
  bus: Pick<Bus, 'readFacts' | 'deleteEnv'>,
  cluster: Pick<Cluster, 'remove'>,
  signal: AbortSignal,
): Promise<void> {
  const evaluation: EvaluationId = settled.fact.evaluation;
  const facts = await bus.readFacts(evaluation);
  const created = facts
    .map(({ fact }) => fact)
    .filter((fact): fact is FactOf<'job-created'> => fact.type === 'job-created');
  for (const job of created) {
    const outcome = await cluster.remove({ name: job.data.job, uid: job.data.jobUid }, signal);
    if (outcome.kind === 'unavailable') {
      throw new Failure(
        'overloaded',
        `the cluster did not remove ${job.data.job} (${factSubject(job)}): ${outcome.message}`,
      );
    }
  }
  const hasEnv = facts.some(({ fact }) => fact.type === 'submitted' && fact.data.spec.env !== undefined);
  if (hasEnv) await bus.deleteEnv(evaluation);
}
