import { attemptsOf, type Evaluation } from './evaluation.ts';

/** What became of the attempts before the one that a verdict rests on, for people; empty when there were none. */
export function earlierAttempts(evaluation: Evaluation): string {
  const told = attemptsOf(evaluation).flatMap(({ number, retry }) =>
    retry === undefined ? [] : [`attempt ${number}: ${retry.data.cause}: ${retry.data.reason}`],
  );
  return told.join('; ');
}
