import { evaluationIdFrom } from '@lacuna/contracts';
import { jobName, type JobRequest } from '@lacuna/cluster';
import type { ApiJob, ApiPod, ContainerStatus, ObjectMeta } from '../src/api-objects.ts';

/** API objects as tests need them: all of one evaluation, and made at fixed times. */
export const EVALUATION = evaluationIdFrom(Buffer.from('evaluation-ident'));
export const JOB = jobName(EVALUATION, 1);

/** `2026-01-01T00:00:<second>Z`. */
export function at(second: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString().replace('.000', '');
}

export function ms(second: number): number {
  return Date.parse(at(second));
}

export function meta(name: string, resourceVersion: string, more: ObjectMeta = {}): ObjectMeta {
  return {
    name,
    uid: `uid-of-${name}`,
    resourceVersion,
    creationTimestamp: at(0),
    ...more,
    labels: { 'lacuna.dev/evaluation': EVALUATION, 'lacuna.dev/attempt': '1', ...more.labels },
  };
}

export function apiJob(resourceVersion: string, status: ApiJob['status'] = {}): ApiJob {
  return { metadata: meta(JOB, resourceVersion), status };
}

export function apiPod(status: ApiPod['status'] = {}, metadata: ObjectMeta = {}): ApiPod {
  return {
    metadata: meta(`${JOB}-x7k2p`, '10', { ownerReferences: [{ kind: 'Job', uid: 'uid-of-job' }], ...metadata }),
    spec: { nodeName: 'node-1', activeDeadlineSeconds: 30 },
    status: {
      startTime: at(1),
      conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: at(1) }],
      ...status,
    },
  };
}

export function main(state: NonNullable<ContainerStatus['state']>): readonly ContainerStatus[] {
  return [{ name: 'main', image: 'busybox:1', containerID: 'containerd://c1', state }];
}

/** A main container that ran from second 2 to the given one. */
export function ran(exitCode: number, reason: string, until = 9): readonly ContainerStatus[] {
  const containerID = 'containerd://c1';
  return main({ terminated: { exitCode, reason, containerID, startedAt: at(2), finishedAt: at(until) } });
}

/** What dispatch asks for when nothing of it matters but that it is the same. */
export const REQUEST: JobRequest = {
  evaluation: EVALUATION,
  attempt: 1,
  name: JOB,
  specHash: 'a'.repeat(64),
  command: ['true'],
  env: {},
  image: 'busybox:1',
  timeoutMs: 1_000,
  graceMs: 1_000,
  labels: {},
  traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`,
};
