import { STREAMS } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { recorded, type RecordedFact } from './recorded-fact.ts';
import { lastMessage } from './stored-message.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

/** The fact on a subject, undefined when there is none. Sees every fact whose publishing was acknowledged. */
export async function readFact(
  connection: Connection,
  subject: string,
  withinMs: number = DEADLINE_MS,
): Promise<RecordedFact | undefined> {
  const message = await untilKnown(connection, { withinMs }, (timeoutMs) =>
    lastMessage(connection, STREAMS.facts.name, subject, timeoutMs),
  );
  return message && recorded(message);
}
