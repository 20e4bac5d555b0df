import { MsgHdrsImpl } from 'nats';
import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { fromHeaders, type Headers } from './headers.ts';
import { callApi } from './jetstream.ts';
import { timeOfRfc3339 } from './precise-time.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

/** A message as its stream keeps it. */
export interface StoredMessage {
  readonly subject: string;
  readonly seq: number;
  /** When the stream stored it: Unix milliseconds, with a fraction. */
  readonly storedAt: number;
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

interface RawMessage {
  readonly message: {
    readonly subject: string;
    readonly seq: number;
    readonly time: string;
    readonly data?: string;
    readonly hdrs?: string;
  };
}

/**
 * The last message on a subject, read from the stream's leader: unlike a direct get, it sees every acknowledged message on a
 * replicated stream too. Undefined when there is none. Throws `Failure('overloaded')` at the deadline.
 */
export function lastMessage(
  connection: Connection,
  stream: string,
  subject: string,
  withinMs: number = DEADLINE_MS,
): Promise<StoredMessage | undefined> {
  return oneMessage(connection, stream, { last_by_subj: subject }, withinMs);
}

/** The first message on a subject, at a place of its stream or behind it; otherwise as the last one. */
export function nextMessage(
  connection: Connection,
  stream: string,
  { subject, seq }: { readonly subject: string; readonly seq: number },
): Promise<StoredMessage | undefined> {
  return oneMessage(connection, stream, { next_by_subj: subject, seq }, DEADLINE_MS);
}

async function oneMessage(
  connection: Connection,
  stream: string,
  request: object,
  withinMs: number,
): Promise<StoredMessage | undefined> {
  try {
    return stored(
      await untilKnown(connection, { withinMs }, (timeoutMs) =>
        callApi<RawMessage>(connection, `STREAM.MSG.GET.${stream}`, request, timeoutMs),
      ),
    );
  } catch (error) {
    if (error instanceof ApiError && error.code === API_ERRORS.noMessageFound) return undefined;
    throw error;
  }
}

function stored({ message }: RawMessage): StoredMessage {
  return {
    subject: message.subject,
    seq: message.seq,
    storedAt: timeOfRfc3339(message.time),
    bytes: Buffer.from(message.data ?? '', 'base64'),
    headers: fromHeaders(message.hdrs ? MsgHdrsImpl.decode(Buffer.from(message.hdrs, 'base64')) : undefined),
  };
}
