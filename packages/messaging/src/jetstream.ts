import type { Msg } from 'nats';
import { ApiError } from './api-error.ts';
import type { Connection } from './connection.ts';
import { toHeaders } from './headers.ts';

const decoder = new TextDecoder();

/** What JetStream acknowledges: the message is stored at `seq`. `duplicate` = a message with the same `Nats-Msg-Id` was there. */
interface Acknowledgement {
  readonly stream: string;
  readonly seq: number;
  readonly duplicate?: boolean;
}

/** A message for a stream. */
export interface Outgoing {
  readonly stream: string;
  readonly subject: string;
  readonly payload: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Calls the JetStream API, as in `STREAM.INFO.LACUNA_FACTS`. Throws `NoAnswer` or `ApiError`. */
export async function callApi<T>(connection: Connection, verb: string, body: object, timeoutMs: number): Promise<T> {
  return parsed(await connection.request(`$JS.API.${verb}`, JSON.stringify(body), timeoutMs)) as T;
}

/**
 * Publishes once and waits until the stream has stored it. Throws `NoAnswer` (the outcome is unknown) or `ApiError`. The
 * stream's name goes along, so that a subject that another stream captures is refused instead of stored in the wrong place.
 */
export async function publish(connection: Connection, message: Outgoing, timeoutMs: number): Promise<Acknowledgement> {
  const headers = toHeaders({ ...message.headers, 'Nats-Expected-Stream': message.stream });
  return parsed(await connection.request(message.subject, message.payload, timeoutMs, headers)) as Acknowledgement;
}

function parsed(reply: Msg): unknown {
  const body = JSON.parse(decoder.decode(reply.data)) as { readonly error?: RawError };
  if (body.error === undefined) return body;
  throw new ApiError(body.error.code, body.error.err_code ?? 0, body.error.description ?? 'no description');
}

interface RawError {
  readonly code: number;
  readonly err_code?: number;
  readonly description?: string;
}
