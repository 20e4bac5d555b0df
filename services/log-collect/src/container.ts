import { defined, logSubject, type EvaluationId, type FactOf } from '@lacuna/contracts';

/** One container whose log is to be captured, named by the fact that told of it. */
export interface Container {
  readonly evaluation: EvaluationId;
  readonly attempt: number;
  readonly pod: string;
  readonly podUid: string;
  readonly containerId: string;
  /** Unix milliseconds, when it is known. */
  readonly startedAt?: number;
}

/** The container of a started or ended fact; undefined when it never started, so that there is no log to be had. */
export function containerOf(told: FactOf<'container-started'> | FactOf<'container-ended'>): Container | undefined {
  const { evaluation, attempt, data } = told;
  const { pod, podUid, containerId } = data;
  if (containerId === undefined) return undefined;
  const startedAt = told.type === 'container-started' ? told.at : told.data.startedAt;
  return { evaluation, attempt, pod, podUid, containerId, ...defined({ startedAt }) };
}

/** Where its chunks are stored. */
export function chunkSubject({ evaluation, attempt, podUid }: Container): string {
  return logSubject(evaluation, attempt, podUid);
}
