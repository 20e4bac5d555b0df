import { STREAMS } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { closedWith, placeOf, takesBack, type LogEnd } from './log-chunk.ts';
import { lastMessage, type StoredMessage } from './stored-message.ts';
import { sweepLog } from './sweep-log.ts';

const LOGS = STREAMS.logs.name;

/** What a writer must know of the last message of a log. */
export interface LastMessage extends LogEnd {
  readonly id: string | undefined;
  readonly closedWith?: string | undefined;
}

/** Where a log ends, as its stream knows it. */
export async function logEnd(connection: Connection, subject: string): Promise<LogEnd> {
  const { offset, seq } = ofMessage(await lastMessage(connection, LOGS, subject));
  return { offset, seq };
}

/** The end to go on at. What was taken back there is deleted before anything is stored behind it, by whoever comes first. */
export async function endToWriteAt(connection: Connection, subject: string): Promise<LastMessage> {
  const message = await lastMessage(connection, LOGS, subject);
  if (message !== undefined && takesBack(message.headers)) await sweepLog(connection, message);
  return ofMessage(message);
}

function ofMessage(message: StoredMessage | undefined): LastMessage {
  if (message === undefined) return { offset: 0, seq: 0, id: undefined };
  const { headers, seq, bytes } = message;
  const { to } = placeOf(headers, bytes.length);
  return { offset: to, seq, id: headers.get('Nats-Msg-Id'), closedWith: closedWith(headers) };
}
