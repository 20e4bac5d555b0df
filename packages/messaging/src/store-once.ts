import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { publish, type Outgoing } from './jetstream.ts';
import { lastMessage, type StoredMessage } from './stored-message.ts';
import { DEADLINE_MS, overloaded, untilKnown } from './until-known.ts';

/** How long a replicated stream is given to apply what it has accepted, before it is looked at again. Milliseconds. */
export const APPLY_MS = 100;

/**
 * Stores a message on a subject of which its stream takes one. Returns the message that another attempt has stored there, which is kept instead; undefined when
 * it is this one. Throws `Failure('overloaded')`, at once when the stream has no room.
 */
export async function storeOnce(connection: Connection, message: Outgoing): Promise<StoredMessage | undefined> {
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const refusal = await refusalOf(connection, message);
    if (refusal === undefined) return undefined;
    const kept = await lastMessage(connection, message.stream, message.subject);
    if (kept !== undefined) return kept;
    // On a replicated stream another's may be accepted and not yet applied. It may also have been deleted meanwhile.
    if (!refusal.taken || performance.now() > deadline) throw overloaded(refusal);
    await delay(APPLY_MS);
  }
}

/** Why the stream did not take it; undefined when it did. */
async function refusalOf(connection: Connection, message: Outgoing): Promise<ApiError | undefined> {
  try {
    await untilKnown(connection, { withinMs: DEADLINE_MS }, (timeoutMs) => publish(connection, message, timeoutMs));
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && error.code === API_ERRORS.storeFailed) return error;
    throw error;
  }
}
