import { defined } from '@lacuna/contracts';
import type { ApiResponse } from './api-response.ts';
import { messageOf } from './api-response.ts';

/** Why an observation has to list again: what happened in between is not known, or nobody may be trusted to have told it. */
export interface Loss {
  readonly because: string;
  readonly retryAfterMs?: number;
}

/** Of a list or a watch that was answered with anything but 200; 410 too, which is one of the two forms of "too old". */
export function lossOfRefusal(what: string, response: ApiResponse): Loss {
  const { retryAfterMs } = response;
  return { because: `${what}: ${messageOf(response)}`, ...defined({ retryAfterMs }) };
}

/** Of a connection that broke, or brought something that is not the protocol. */
export function lossOfError(what: string, error: unknown): Loss {
  return { because: `${what}: ${describeError(error)}` };
}

/** undici's own messages say little ("terminated", "fetch failed"); what happened is in the cause. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
