import { logSubject, type EvaluationId, type FactOf } from '@lacuna/contracts';

/** One container whose log is to be captured, named by the fact that told of it. */
export interface Container {
  readonly evaluation: EvaluationId;
  readonly attempt: number;
  readonly pod: string;
  readonly podUid: string;
  readonly containerId: string;
}

/** The container of a started or ended fact; undefined when it never started, so that there is no log to be had. */
export function containerOf({
  evaluation,
  attempt,
  data,
}: FactOf<'container-started'> | FactOf<'container-ended'>): Container | undefined {
  return data.containerId === undefined
    ? undefined
    : { evaluation, attempt, pod: data.pod, podUid: data.podUid, containerId: data.containerId };
}

/** Where its chunks are stored. */
export function chunkSubject({ evaluation, attempt, podUid }: Container): string {
  return logSubject(evaluation, attempt, podUid);
}
