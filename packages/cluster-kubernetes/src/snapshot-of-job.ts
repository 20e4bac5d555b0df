import type { JobSnapshot } from '@lacuna/cluster';
import { defined } from '@lacuna/contracts';
import { conditionOf, createdAt, timeOf, type ApiJob } from './api-objects.ts';
import { ANNOTATIONS, identityOf } from './identity.ts';

/**
 * A Job as the port has it; undefined for one that is not ours. Only `Complete` and `Failed` are an end: `FailureTarget` and
 * `SuccessCriteriaMet` come while pods still run, and `active: 0` says nothing.
 */
export function snapshotOfJob(job: ApiJob): JobSnapshot | undefined {
  const identity = identityOf(job.metadata);
  const { name, uid } = job.metadata ?? {};
  if (identity === undefined || name === undefined || uid === undefined) return undefined;
  const finished = finishOf(job);
  return { ...identity, name, uid, createdAt: createdAt(job), ...defined({ finished }) };
}

function finishOf(job: ApiJob): JobSnapshot['finished'] {
  const conditions = job.status?.conditions;
  const complete = conditionOf(conditions, 'Complete');
  const condition = complete ?? conditionOf(conditions, 'Failed');
  if (condition === undefined) return undefined;
  const stopped = complete === undefined && job.metadata?.annotations?.[ANNOTATIONS.stopped] !== undefined;
  return {
    succeeded: complete !== undefined,
    reason: stopped ? 'Stopped' : (condition.reason ?? condition.type ?? ''),
    ...defined({ message: condition.message }),
    at: timeOf(condition.lastTransitionTime) ?? createdAt(job),
  };
}
