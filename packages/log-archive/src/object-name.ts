import { isEvaluationId, subjectToken, type EvaluationId } from '@lacuna/contracts';

/** Whose log it is, and since when there is no more of it. */
export interface LogOwner {
  readonly evaluation: EvaluationId;
  readonly attempt: number;
  readonly podUid: string;
  /** Unix milliseconds. */
  readonly closedAt: number;
}

/** What the name of an object says of the log in it. */
export interface NamedLog {
  readonly object: string;
  readonly closedAt: number;
  readonly evaluation: EvaluationId;
  readonly attempt: number;
}

const NAME = /^\d{4}-\d\d-\d\d\/(\d{13})\.[0-9a-f]{64}\.(ev-[0-9a-z]{26})\.(\d+)\./;

/**
 * The name of an object: when the log was closed, so that a list is in that order; the sha256 of the log, by which anybody can tell whether it
 * is that log; whose it is, so that two equal logs are two objects and one can be removed without asking who else needs it; and the version of
 * zstd, which decides the bytes of the object.
 */
export function objectName({ evaluation, attempt, podUid, closedAt }: LogOwner, sha256: string): string {
  const time = Math.floor(closedAt);
  const day = new Date(time).toISOString().slice(0, 10);
  const pod = subjectToken(podUid).replaceAll(/[=/]/g, '_');
  const moment = String(time).padStart(13, '0');
  return `${day}/${moment}.${sha256}.${evaluation}.${attempt}.${pod}.zstd-${process.versions.zstd ?? 'unknown'}.log.zst`;
}

/** What a name says; undefined when it is none of ours. */
export function parseObjectName(object: string): NamedLog | undefined {
  const [, closedAt = '', evaluation = '', attempt = ''] = NAME.exec(object) ?? [];
  if (!isEvaluationId(evaluation)) return undefined;
  return { object, closedAt: Number(closedAt), evaluation, attempt: Number(attempt) };
}
