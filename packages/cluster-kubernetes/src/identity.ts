import type { Identity, JobRequest } from '@lacuna/cluster';
import { isEvaluationId } from '@lacuna/contracts';
import type { ObjectMeta } from './api-objects.ts';

export const LABELS = {
  evaluation: 'lacuna.dev/evaluation',
  attempt: 'lacuna.dev/attempt',
  managedBy: 'app.kubernetes.io/managed-by',
  /** Kueue admits Jobs by it. */
  queue: 'kueue.x-k8s.io/queue-name',
  /** Written by the Job controller on its pods. */
  jobUid: 'batch.kubernetes.io/controller-uid',
} as const;

export const ANNOTATIONS = {
  /** What was asked for, as JSON: see {@link requestAnnotation}. */
  request: 'lacuna.dev/request',
  /** On a Job or pod that `stop` ended. */
  stopped: 'lacuna.dev/stopped',
} as const;

/** The labels that say whose an object is; on the Job and on its pod. User labels are free text, which labels cannot hold. */
export function identityLabels({ evaluation, attempt }: Identity): Record<string, string> {
  return {
    [LABELS.managedBy]: 'lacuna',
    [LABELS.evaluation]: evaluation,
    [LABELS.attempt]: String(attempt),
  };
}

/** What decides whether an existing Job is the asked one, and the user's labels. Never env values. */
export function requestAnnotation({ evaluation, attempt, specHash, labels }: JobRequest): string {
  return JSON.stringify({ v: 1, evaluation, attempt, specHash, labels });
}

/** Whose an object is by its labels; undefined when it is none of ours, or its name, which nobody can change, says another's. */
export function identityOf(metadata: ObjectMeta | undefined): Identity | undefined {
  const { name = '', labels } = metadata ?? {};
  const labelled = identity(labels?.[LABELS.evaluation] ?? '', labels?.[LABELS.attempt] ?? '');
  const named = identityOfName(name) ?? labelled;
  return labelled?.evaluation === named?.evaluation && labelled?.attempt === named?.attempt ? labelled : undefined;
}

/** Whose a Job or pod is by its name: the only thing about it that an event carries. A pod's name has a random suffix. */
export function identityOfName(name: string): Identity | undefined {
  const [, evaluation = '', attempt = ''] = /^(ev-[0-9a-z]+)-a([0-9]+)(?:-[0-9a-z]+)?$/.exec(name) ?? [];
  return identity(evaluation, attempt);
}

/** Whether an existing object is what this request asks for: same evaluation, attempt and spec. */
export function isSameRequest(metadata: ObjectMeta | undefined, request: JobRequest): boolean {
  const { evaluation, attempt, specHash } = annotated(metadata);
  return evaluation === request.evaluation && attempt === request.attempt && specHash === request.specHash;
}

function annotated(metadata: ObjectMeta | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(metadata?.annotations?.[ANNOTATIONS.request] ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function identity(evaluation: string, attempt: string): Identity | undefined {
  return isEvaluationId(evaluation) && /^[1-9][0-9]*$/.test(attempt)
    ? { evaluation, attempt: Number(attempt) }
    : undefined;
}
