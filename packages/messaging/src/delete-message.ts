import { ApiError } from './api-error.ts';
import type { Connection } from './connection.ts';
import { callApi } from './jetstream.ts';
import { lastMessage, type StoredMessage } from './stored-message.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

/**
 * Deletes the message of a subject that is kept at one place of its stream; with `isErased` it is overwritten on disk. That it is gone already is fine: deleted by
 * another replica, or by an attempt of ours whose answer was lost. Throws `Failure('overloaded')`.
 */
export async function deleteMessage(
  connection: Connection,
  stream: string,
  { subject, seq }: Pick<StoredMessage, 'subject' | 'seq'>,
  { isErased }: { readonly isErased: boolean } = { isErased: false },
): Promise<void> {
  try {
    await untilKnown(connection, { withinMs: DEADLINE_MS }, (timeoutMs) =>
      callApi(connection, `STREAM.MSG.DELETE.${stream}`, { seq, no_erase: !isErased }, timeoutMs),
    );
  } catch (error) {
    if (!(error instanceof ApiError) || (await lastMessage(connection, stream, subject))?.seq === seq) throw error;
  }
}
