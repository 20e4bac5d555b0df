import type { JobRequest, JobSnapshot, Observation, PodSnapshot, WarningEvent } from '@lacuna/cluster';
import type { ProcessIdentity } from './process-identity.ts';

/** All that the agent knows about one Job. Immutable: a change is a new entry. Never holds env values, since it is written to disk. */
export interface JobEntry {
  readonly job: JobSnapshot;
  readonly specHash: string;
  readonly pod?: PodSnapshot;
  /** Of the running container. */
  readonly process?: ProcessIdentity;
  readonly warnings: readonly WarningEvent[];
  /** Why there is no report file, when the request named one. */
  readonly noReport?: string;
  /** A fault on purpose: no pod will ever come. */
  readonly podWithheld?: true;
}

type Known = 'watched' | 'relisted';

/** Whether an existing Job is what was asked for, as far as a cluster can tell. */
export function isSameJob({ job, specHash }: JobEntry, request: JobRequest): boolean {
  return job.evaluation === request.evaluation && job.attempt === request.attempt && specHash === request.specHash;
}

/** What a watcher who knows `before` must be told to know `after`. */
export function changes(before: JobEntry | undefined, after: JobEntry | undefined, at: number): Observation[] {
  if (before !== undefined && before.job.uid !== after?.job.uid) {
    return [...vanished(before, at), ...changes(undefined, after, at)];
  }
  if (after === undefined) return [];
  const job = after.job === before?.job ? [] : [tellJob(after.job, 'watched')];
  const pod = after.pod === undefined || after.pod === before?.pod ? [] : [tellPod(after.pod, 'watched')];
  const warnings = after.warnings.slice(before?.warnings.length ?? 0);
  // A Job begins before its pod and ends after it.
  const objects = before === undefined ? [...job, ...pod] : [...pod, ...job];
  return [...objects, ...warnings.map((warning) => tellWarning(warning, 'watched'))];
}

/** All that a new watcher must be told about one Job. */
export function relist({ job, pod, warnings }: JobEntry): Observation[] {
  return [
    tellJob(job, 'relisted'),
    ...(pod === undefined ? [] : [tellPod(pod, 'relisted')]),
    ...warnings.map((warning) => tellWarning(warning, 'relisted')),
  ];
}

function tellJob(job: JobSnapshot, known: Known): Observation {
  return { kind: 'job', job, known };
}

function tellPod(pod: PodSnapshot, known: Known): Observation {
  return { kind: 'pod', pod, known };
}

function tellWarning(warning: WarningEvent, known: Known): Observation {
  return { kind: 'warning', warning, known };
}

function vanished({ job, pod }: JobEntry, at: number): Observation[] {
  const { evaluation, attempt } = job;
  const tell = (object: 'job' | 'pod', uid: string): Observation => {
    return { kind: 'vanished', object, uid, identity: { evaluation, attempt }, at };
  };
  return [...(pod === undefined ? [] : [tell('pod', pod.uid)]), tell('job', job.uid)];
}
