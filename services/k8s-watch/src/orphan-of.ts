import type { FactData } from '@lacuna/contracts';
import { openLogs, type Evaluation } from '@lacuna/lifecycle';
import type { Present } from './inventory.ts';

type Why = FactData<'orphan'>['why'];

/** That an object should not be there, and why. */
export interface OrphanReason {
  readonly why: Why;
  readonly message: string;
}

/** Judges an object that no open evaluation accounts for by all that the stream has of its evaluation; undefined when there is nothing wrong (yet). */
export function orphanOf({ object, identity, jobUid }: Present, evaluation: Evaluation): OrphanReason | undefined {
  const { submitted, settled, attempts } = evaluation;
  if (submitted === undefined)
    return { why: 'unaccepted', message: `its labels say ${identity.evaluation}, which nobody ever accepted` };
  const { job } = attempts[identity.attempt] ?? {};
  if (job !== undefined && job.data.jobUid !== jobUid) {
    const whose = jobUid === '' ? 'belongs to no Job' : `is not of the Job ${job.data.jobUid}`;
    return { why: 'foreign', message: `its labels say ${identity.evaluation}, but the ${object} ${whose}` };
  }
  // Dispatch may be about to say so; and a log is read to its end before anything is removed.
  if (settled === undefined || openLogs(Object.values(attempts)).length > 0) return undefined;
  const cause = job === undefined ? 'the Job was created, but that was never stored' : 'its removal failed';
  return {
    why: 'left-behind',
    message: `${identity.evaluation} is settled and the ${object} is still there: ${cause}`,
  };
}
