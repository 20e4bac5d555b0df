import { defined, parseRetryAfter } from '@lacuna/contracts';
import { context } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';

/** A server to talk to, and how. */
export interface Peer {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
}

/** No answer that could be used: the reason, and when to come back if the peer said so. */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly message: string;
  readonly retryAfterMs?: number;
}

interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * One request with its whole answer. Its own detail spans are suppressed, or every export would make a span to export.
 * Redirects are not followed: they would turn a POST into a GET.
 */
export async function request(
  peer: Peer,
  url: string,
  init: RequestInit,
  signal: AbortSignal,
): Promise<Answer | Unavailable> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(peer.timeoutMs)]);
  try {
    return await context.with(suppressTracing(context.active()), async (): Promise<Answer> => {
      const response = await peer.fetch(url, { ...init, redirect: 'manual', signal: bounded });
      const body = new Uint8Array(await response.arrayBuffer());
      return { kind: 'answered', status: response.status, headers: response.headers, body };
    });
  } catch (error) {
    if (signal.aborted) return { kind: 'unavailable', message: 'stopped before an answer came' };
    if (bounded.aborted) return { kind: 'unavailable', message: `no answer from ${url} within ${peer.timeoutMs} ms` };
    return { kind: 'unavailable', message: `${url}: ${reasonOf(error)}` };
  }
}

/** Why an answer is of no use, with its first words and its `Retry-After`. */
export function unavailable(url: string, answer: Answer): Unavailable {
  const retryAfterMs = parseRetryAfter(answer.headers.get('retry-after'), Date.now());
  return {
    kind: 'unavailable',
    message: `${url} answered ${answer.status} ${excerpt(answer.body)}`.trimEnd(),
    ...defined({ retryAfterMs }),
  };
}

/** The first words of a body, readable whatever it is: an error of a protobuf receiver is a binary status with a text inside. */
export function excerpt(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 500));
  return text.replace(/[\p{Cc}\p{Cf}\ufffd\s]+/gu, ' ').trim();
}

/** `fetch` says only "fetch failed"; the reason is in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || ('code' in cause ? String(cause.code) : error.message);
}
