import type { ChangeOutcome } from '@lacuna/cluster';
import { messageOf, type ApiResponse } from './api-response.ts';
import { describeError } from './loss.ts';

/** What became of a change of an object that was named by its uid: with another uid the server answers 409. */
export function outcomeOfChange(response: ApiResponse): ChangeOutcome {
  const { status } = response;
  if (status >= 200 && status < 300) return { kind: 'done' };
  if (status === 404 || status === 409) return { kind: 'absent' };
  return { kind: 'unavailable', message: messageOf(response) };
}

/** A change whose answer did not come: asking again is safe. */
export async function orUnavailable(change: Promise<ChangeOutcome>): Promise<ChangeOutcome> {
  try {
    return await change;
  } catch (error) {
    return { kind: 'unavailable', message: describeError(error) };
  }
}
