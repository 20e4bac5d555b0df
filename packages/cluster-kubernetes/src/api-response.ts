import { parseRetryAfter } from '@lacuna/contracts';
import type { ApiObject } from './api-objects.ts';

/** An answer of the API server, or of whatever stands in front of it. */
export interface ApiResponse {
  readonly status: number;
  readonly retryAfterMs?: number;
  /** Parsed when it is JSON, else the text: several refusals are plain text, and a proxy's error page is HTML. */
  readonly body: unknown;
}

/** Kubernetes' `Status` object, as far as it is read. */
interface Status {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly causes?: readonly { readonly reason?: string }[];
  };
}

/** Longer than any message of Kubernetes that people read; shorter than an HTML page. */
const MAX_MESSAGE = 2_048;

/** The body as the `Status` object that the API server answers errors with; empty when it is something else. */
export function statusOf({ body }: Pick<ApiResponse, 'body'>): Status {
  return typeof body === 'object' && body !== null ? body : {};
}

/** The server's own words, with the code. */
export function messageOf(response: ApiResponse): string {
  const { message } = statusOf(response);
  const text = message ?? (typeof response.body === 'string' ? response.body.trim() : '');
  return `${response.status}${text === '' ? '' : `: ${text}`}`.slice(0, MAX_MESSAGE);
}

/** The object in an answer; undefined when the answer has none, whatever its code says. */
export function objectOf({ body }: ApiResponse): ApiObject | undefined {
  const object = typeof body === 'object' && body !== null ? (body as ApiObject) : {};
  return object.metadata?.uid === undefined ? undefined : object;
}

/** Whatever stands in front of an API server may ask for an hour; who then does not look for an hour takes what it did not see for missing. Milliseconds. */
const LONGEST_RETRY_AFTER_MS = 60_000;

/** `Retry-After` in milliseconds, a minute at most; undefined for none and for nonsense. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const ms = parseRetryAfter(header, now);
  return ms === undefined ? undefined : Math.min(ms, LONGEST_RETRY_AFTER_MS);
}
