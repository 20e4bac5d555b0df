import { STREAMS } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { deleteMessage } from './delete-message.ts';
import { placeOf } from './log-chunk.ts';
import { ordered } from './ordered.ts';
import { CAUGHT_UP } from './ordered-source.ts';
import { lastMessage, type StoredMessage } from './stored-message.ts';

const LOGS = STREAMS.logs.name;
const WINDOW = 3;

/**
 * Deletes what a chunk has taken back, the last first. All of it is void from the moment in which that chunk was stored, and was stored before: so
 * whoever does it too late, or once more, deletes nothing else.
 */
export async function sweepLog(connection: Connection, { subject, seq, bytes, headers }: StoredMessage): Promise<void> {
  const { from } = placeOf(headers, bytes.length);
  const source = { stream: LOGS, filters: [subject], fromSeq: 1, window: WINDOW };
  const taken: number[] = [];
  for await (const item of ordered(connection, source, connection.ended)) {
    if (item === CAUGHT_UP) {
      // A replica that is behind says so too. When somebody else has gone on, all was deleted before.
      if ((await lastMessage(connection, LOGS, subject))?.seq === seq) continue;
      break;
    }
    if (item.seq >= seq) break;
    if (placeOf(item.headers, item.bytes.length).to > from) taken.push(item.seq);
  }
  connection.ended.throwIfAborted();
  for (const one of taken.toReversed()) await deleteMessage(connection, LOGS, { subject, seq: one });
}
