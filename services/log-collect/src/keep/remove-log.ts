import { fact, Failure, podFactSubject } from '@lacuna/contracts';
import type { LogArchive } from '@lacuna/log-archive';
import type { Bus } from '@lacuna/messaging';
import { closedPod, type ClosedLogRef } from './closed-log-ref.ts';

interface RemoveDeps {
  readonly bus: Pick<Bus, 'readFact' | 'readFacts' | 'publishFact' | 'purgeLog'>;
  readonly archive: LogArchive | undefined;
  readonly now: () => number;
  readonly retentionMs: number;
}

/**
 * Removes a log for good, from wherever it is: says so as a fact, then removes it. A crash in between is made good by whoever comes next;
 * meanwhile nobody is shown a part of it. Throws `Failure('overloaded')` when it has to wait.
 */
export async function removeLog(log: ClosedLogRef, deps: RemoveDeps, signal: AbortSignal): Promise<void> {
  const { bus, archive, now, retentionMs } = deps;
  const { evaluation, attempt, podUid, subject, statement } = log;
  const { bytes, sha256 } = statement;
  const pod = await closedPod(bus, log);
  if (pod.logRemoved === undefined) {
    const about = { evaluation, attempt, at: now() };
    await bus.publishFact(fact('log-removed', about, { podUid, bytes, sha256, retentionMs }));
  }
  const archived = (await bus.readFact(podFactSubject('log-archived', log)))?.fact;
  if (archived?.type === 'log-archived') {
    if (archive === undefined)
      throw new Failure(
        'overloaded',
        `the log is in ${archived.data.store}, and no archive is configured (LACUNA_ARCHIVE)`,
      );
    await archive.remove(archived.data, signal);
  }
  await bus.purgeLog(subject);
}
