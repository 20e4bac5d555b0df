import { Failure, problemDetails } from '@lacuna/contracts';
import type { ServiceMsg } from 'nats';
import type { Connection } from './connection.ts';
import { atMost } from './at-most.ts';
import { fromHeaders, toHeaders, type Headers } from './headers.ts';
import { inContextOf } from './in-context-of.ts';

/** A request/reply endpoint, as the NATS services API shows it (`nats micro info <name>`). */
export interface ServiceEndpoint {
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  readonly description: string;
  readonly subject: string;
  /** Replicas of one queue share the requests. */
  readonly queue: string;
}

/** The answer to a request. */
export interface Reply {
  readonly bytes: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a server that answers needs to let go of the subscriptions, many times over. Milliseconds. */
const DRAIN_MS = 1_000;

/** Answers one request; a thrown `Failure` becomes its problem document, anything else a `bug`. */
export type RequestHandler = (bytes: Uint8Array, headers: Headers) => Promise<Reply>;

/**
 * Answers requests until the signal aborts and those that have arrived are answered. An error goes out as problem details (RFC 9457)
 * with the headers `Nats-Service-Error-Code` (the status) and `Nats-Service-Error` (the failure's code).
 * `onBug` is told of errors that are no `Failure`; the caller of the service learns only that there was one.
 */
export async function serve(
  connection: Connection,
  endpoint: ServiceEndpoint & { readonly onBug: (error: unknown) => void },
  handler: RequestHandler,
  signal: AbortSignal,
): Promise<void> {
  const { name, version, description, subject, queue } = endpoint;
  const service = await connection.nats.services.add({ name, version, description, queue });
  const running = new Set<Promise<void>>();
  const track = (run: Promise<void>): void => {
    running.add(run);
    void run.finally(() => running.delete(run));
  };
  service.addEndpoint(name, {
    subject,
    handler: (error, message) => {
      if (error === null) track(answer(message, handler, endpoint.onBug));
    },
  });
  const told = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => told.resolve(), { once: true });
  const broken = await Promise.race([service.stopped, signal.aborted ? undefined : told.promise]);
  await atMost(DRAIN_MS, service.stop());
  await Promise.all(running);
  if (!signal.aborted) throw broken ?? connection.ended.reason;
}

async function answer(message: ServiceMsg, handler: RequestHandler, onBug: (error: unknown) => void): Promise<void> {
  const headers = fromHeaders(message.headers);
  try {
    const reply = await inContextOf(headers, () => handler(message.data, headers));
    message.respond(reply.bytes, { headers: toHeaders(reply.headers ?? {}) });
  } catch (error) {
    if (!(error instanceof Failure)) onBug(error);
    const failure = error instanceof Failure ? error : new Failure('bug', 'internal error');
    message.respond(new TextEncoder().encode(JSON.stringify(problemDetails(failure))), {
      headers: toHeaders({
        'Nats-Service-Error-Code': String(failure.status),
        'Nats-Service-Error': failure.code,
        'content-type': 'application/problem+json',
        ...(failure.retryAfterMs === undefined
          ? {}
          : { 'Retry-After': String(Math.ceil(failure.retryAfterMs / 1_000)) }),
      }),
    });
  }
}
