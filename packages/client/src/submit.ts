import { randomUUID } from 'node:crypto';
import { defined, Failure, FAILURES, type Accepted, type ProblemDetails } from '@lacuna/contracts';
import { Patience } from './patience.ts';
import type { Transport } from './transport.ts';

export interface SubmitOptions {
  /** The same key with the same spec is the same evaluation, for ever. Made here when absent. */
  readonly idempotencyKey?: string;
  /** The caller's W3C trace context; the evaluation's trace links to it. */
  readonly traceparent?: string;
  readonly signal?: AbortSignal;
  /** Told before each wait for another attempt: the server was busy, or the connection broke. */
  readonly onRetry?: (error: Error, waitMs: number) => void;
}

/** What became of one item of a batch. */
export type BatchResult =
  { readonly kind: 'accepted'; readonly accepted: Accepted } | { readonly kind: 'refused'; readonly failure: Failure };

/**
 * Posts a submission, and posts it again while the server is busy or the connection breaks. Every attempt carries the same
 * idempotency key: after a break nobody knows whether the first one arrived, and the key makes that not matter.
 */
export async function postSubmission<T>(
  transport: Transport,
  request: { readonly path: string; readonly body: string; readonly patienceMs: number },
  { idempotencyKey = randomUUID(), traceparent, signal, onRetry }: SubmitOptions = {},
): Promise<T> {
  assertKey(idempotencyKey);
  const patience = new Patience({ forMs: request.patienceMs, signal, onRetry });
  const headers = { 'idempotency-key': idempotencyKey, ...defined({ traceparent }) };
  for (;;) {
    try {
      return await transport.json<T>({ method: 'POST', path: request.path, body: request.body, headers, signal });
    } catch (error) {
      await patience.failed(error);
    }
  }
}

/** `fetch` would refuse some of these as if the server were not there. As long and of such characters as the server takes it. */
function assertKey(key: string): void {
  if (/^(?=.*\S)[ -~]{1,255}$/.test(key)) return;
  throw new Failure(
    'invalid-header',
    'the idempotency key must have 1 to 255 printable characters of ASCII, not all blank',
  );
}

/** The results of a batch, item by item, from the answer to it. */
export function batchResults(items: readonly (Accepted | ProblemDetails)[]): BatchResult[] {
  return items.map((item) =>
    'id' in item ? { kind: 'accepted', accepted: item } : { kind: 'refused', failure: failureOf(item) },
  );
}

function failureOf({ code, detail, problems }: ProblemDetails): Failure {
  return new Failure(Object.hasOwn(FAILURES, code) ? code : 'bug', detail, { problems: problems ?? [] });
}
