import { isEvaluationId, type EvaluationId } from '@lacuna/contracts';

/** A place in the list, which is ordered by these two, newest first. What is inserted meanwhile does not move it. */
export interface Position {
  readonly submittedAt: number;
  readonly id: EvaluationId;
}

/** A place as text that nobody needs to understand. */
export function encodeCursor({ submittedAt, id }: Position): string {
  return Buffer.from(`${submittedAt}/${id}`).toString('base64url');
}

/** The place that a cursor names; undefined when it is none of ours. */
export function decodeCursor(cursor: string): Position | undefined {
  const [time = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split('/');
  const submittedAt = time === '' ? NaN : Number(time);
  return Number.isFinite(submittedAt) && isEvaluationId(id) && rest.length === 0 ? { submittedAt, id } : undefined;
}
