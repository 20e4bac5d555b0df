import type { WarningEvent } from '@lacuna/cluster';
import { lastWrittenAt, type ApiJob } from './api-objects.ts';
import { identityOf } from './identity.ts';

/**
 * That a Job of ours is not as we made it, where that keeps it from its one pod (fault J20); undefined when it is. Others may do that for good
 * reasons, as Kueue does: it explains, and proves nothing.
 */
export function warningOfJob(job: ApiJob): WarningEvent | undefined {
  const identity = identityOf(job.metadata);
  const { uid } = job.metadata ?? {};
  const change = changeOf(job);
  if (identity === undefined || uid === undefined || change === undefined) return undefined;
  return { ...identity, object: 'job', uid, ...change, at: lastWrittenAt(job) };
}

function changeOf({ spec = {} }: ApiJob): Pick<WarningEvent, 'reason' | 'message'> | undefined {
  const { suspend = false, parallelism = 1 } = spec;
  if (suspend) return { reason: 'Suspended', message: 'somebody suspended the Job: until it is resumed it has no pod' };
  if (parallelism === 1) return undefined;
  const effect = parallelism === 0 ? 'it has no pod' : `it may have ${parallelism} pods`;
  return {
    reason: 'ParallelismChanged',
    message: `somebody set the parallelism of the Job to ${parallelism}: ${effect}`,
  };
}
