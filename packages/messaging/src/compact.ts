import { factSubject, recordSubject, STREAMS } from '@lacuna/contracts';
import { encodeRecord, lastSeqIn, recordHeaders } from './compacted-record.ts';
import type { Connection } from './connection.ts';
import { deleteMessage } from './delete-message.ts';
import type { History } from './history.ts';
import { storeOnce } from './store-once.ts';

/** What became of a compaction; `too-large` = the record does not fit into one message, and nothing was changed. */
export type CompactOutcome =
  | { readonly kind: 'compacted'; readonly facts: number; readonly bytes: number }
  | { readonly kind: 'too-large'; readonly bytes: number };

const FACTS = STREAMS.facts.name;
/** Room for the headers and the subject within the server's largest message. */
const HEADROOM = 4_096;

/**
 * Writes the facts of an evaluation as one record, and then deletes the messages that the record holds. A crash in between leaves both, which
 * readers take for the same; whoever compacts next deletes. Of several at one time, the stream keeps the first record, and all of them delete what
 * that one holds and nothing else: a fact that came meanwhile stays. Throws `Failure('overloaded')`.
 */
export async function compact(connection: Connection, history: History, now: number): Promise<CompactOutcome> {
  const { facts } = history;
  const bytes = encodeRecord(facts);
  const limit = (connection.nats.info?.max_payload ?? 0) - HEADROOM;
  if (history.record === undefined && bytes.length > limit) return { kind: 'too-large', bytes: bytes.length };
  const lastSeq = history.record?.lastSeq ?? (await storedRecord(connection, history, bytes, now));
  const held = facts.filter(({ seq }) => seq <= lastSeq).map(({ fact, seq }) => ({ subject: factSubject(fact), seq }));
  // One by one, by place: after a purge by subject the server counts anew what is pending for every consumer, through all subjects of the stream,
  // which costs more the more is settled (docs/performance.md).
  await Promise.all(held.map((message) => deleteMessage(connection, FACTS, message)));
  return { kind: 'compacted', facts: facts.length, bytes: bytes.length };
}

/** Stores the record, and gives the last place in the one that the stream keeps. */
async function storedRecord(
  connection: Connection,
  { id, facts }: History,
  payload: Uint8Array,
  now: number,
): Promise<number> {
  const subject = recordSubject(id);
  const message = { stream: FACTS, subject, payload, headers: recordHeaders(id, facts, now) };
  const kept = await storeOnce(connection, message);
  return kept === undefined ? (facts.at(-1)?.seq ?? 0) : lastSeqIn(kept);
}
