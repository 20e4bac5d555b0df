import {
  apiJob,
  at,
  EVALUATION,
  main,
  ms,
  ran,
  snapshotOfJob,
  warningOfEvent,
  type ApiPod,
  type ObjectMeta,
} from '@lacuna/cluster-kubernetes/testing';
import type { Fact } from '@lacuna/contracts';
import { factOfWarning, factsOfJob } from '../../src/facts-of.ts';
import { Seen } from './seen.ts';

/** Objects as the API server shows them, by what has happened. */
export const failed = (exitCode: number, reason: string, more: ApiPod['status'] = {}): ApiPod['status'] => ({
  phase: 'Failed',
  containerStatuses: ran(exitCode, reason),
  ...more,
});
export const disrupted = (reason: string): ApiPod['status'] => ({
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message: 'made room', lastTransitionTime: at(8) }],
});
export const DELETED: ObjectMeta = { deletionTimestamp: at(8), deletionGracePeriodSeconds: 0 };
export const waiting = (reason: string): ApiPod['status'] => ({
  phase: 'Pending',
  containerStatuses: main({ waiting: { reason, message: 'the words of the kubelet' } }),
});
export const unschedulable: ApiPod['status'] = {
  phase: 'Pending',
  conditions: [
    {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message: '0/3 nodes are available',
      lastTransitionTime: at(1),
    },
  ],
};
const finishedJob = (reason: string) =>
  apiJob('9', { conditions: [{ type: 'Failed', status: 'True', reason, lastTransitionTime: at(9) }] });
export const jobFacts = (reason: string): Fact[] => {
  const job = snapshotOfJob(finishedJob(reason));
  return job === undefined ? [] : factsOfJob(job, 'watched', ms(9));
};
export const failedCreate = (): Fact[] => {
  const warning = warningOfEvent({
    metadata: { name: 'e', uid: 'e', creationTimestamp: at(1) },
    type: 'Warning',
    reason: 'FailedCreate',
    message: 'pods is forbidden: exceeded quota: none',
    involvedObject: { kind: 'Job', name: `${EVALUATION}-a1`, uid: 'uid-of-job' },
  });
  return warning === undefined ? [] : [factOfWarning(warning, 'watched', ms(1))];
};

export const collected = (status: ApiPod['status']): Seen => new Seen().running().pod(10, status).log(11);
