import { Failure, factSubject, settledSubject, type Fact, type FactOf, type FactType } from '@lacuna/contracts';
import type { Cluster } from '@lacuna/cluster';
import type { Bus, RecordedFact } from '@lacuna/messaging';

/** Whichever of these is stored last finds the others. */
export const CLEAN_UP_FACTS: FactType[] = ['settled', 'log-closed'];

/**
 * Removes what a settled evaluation leaves behind: its env values, and its Jobs with their pods and the cluster's copy of the log. Jobs go
 * only when the verdict stands and the log of every container that started is closed: deleted earlier, the rest of a log is lost by
 * our own doing (invariant I4). They go by the uid that the facts name, so that nothing else can be hit. A refusal of the cluster is retried
 * by redelivery.
 */
export async function cleanUp(
  { fact: told }: RecordedFact,
  bus: Pick<Bus, 'readFact' | 'readFacts' | 'deleteEnv'>,
  cluster: Pick<Cluster, 'remove'>,
  signal: AbortSignal,
): Promise<void> {
  const { evaluation } = told;
  // Most logs are closed before the verdict, and then the verdict is waited for.
  if (told.type === 'log-closed' && (await bus.readFact(settledSubject(evaluation))) === undefined) return;
  const facts = (await bus.readFacts(evaluation)).map(({ fact }) => fact);
  if (told.type === 'settled' && hasEnv(facts)) await bus.deleteEnv(evaluation);
  if (openLogs(facts).size > 0) return;
  for (const job of facts.filter((fact): fact is FactOf<'job-created'> => fact.type === 'job-created')) {
    const outcome = await cluster.remove({ name: job.data.job, uid: job.data.jobUid }, signal);
    if (outcome.kind === 'unavailable') {
      throw new Failure(
        'overloaded',
        `the cluster did not remove ${job.data.job} (${factSubject(job)}): ${outcome.message}`,
      );
    }
  }
}

/** Pods whose container started and whose log nobody has closed. */
function openLogs(facts: readonly Fact[]): Set<string> {
  const open = new Set<string>();
  for (const fact of facts) {
    const started = fact.type === 'container-ended' && fact.data.containerId !== undefined;
    if (fact.type === 'container-started' || started) open.add(fact.data.podUid);
  }
  for (const fact of facts) if (fact.type === 'log-closed') open.delete(fact.data.podUid);
  return open;
}

function hasEnv(facts: readonly Fact[]): boolean {
  return facts.some((fact) => fact.type === 'submitted' && fact.data.spec.env !== undefined);
}
