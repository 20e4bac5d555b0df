import { setTimeout as delay } from 'node:timers/promises';
import { factSubject, recordSubject, STREAMS } from '@lacuna/contracts';
import { ApiError, API_ERRORS } from './api-error.ts';
import { encodeRecord, lastSeqIn, recordHeaders } from './compacted-record.ts';
import type { Connection } from './connection.ts';
import type { History } from './history.ts';
import { callApi, publish, type Outgoing } from './jetstream.ts';
import type { RecordedFact } from './recorded-fact.ts';
import { lastMessage } from './stored-message.ts';
import { DEADLINE_MS, overloaded, untilKnown } from './until-known.ts';

/** What became of a compaction; `too-large` = the record does not fit into one message, and nothing was changed. */
export type CompactOutcome =
  | { readonly kind: 'compacted'; readonly facts: number; readonly bytes: number }
  | { readonly kind: 'too-large'; readonly bytes: number };

const FACTS = STREAMS.facts.name;
const PATIENCE = { withinMs: DEADLINE_MS };
const APPLY_MS = 100;
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
  await Promise.all(facts.filter(({ seq }) => seq <= lastSeq).map((held) => remove(connection, held)));
  return { kind: 'compacted', facts: facts.length, bytes: bytes.length };
}

/**
 * One by one, by place: after a purge by subject the server counts anew what is pending for every consumer, through all subjects of the stream,
 * which costs more the more is settled (docs/performance.md). What is gone already is fine.
 */
async function remove(connection: Connection, { fact, seq }: RecordedFact): Promise<void> {
  try {
    await untilKnown(connection, PATIENCE, (timeoutMs) =>
      callApi(connection, `STREAM.MSG.DELETE.${FACTS}`, { seq, no_erase: true }, timeoutMs),
    );
  } catch (error) {
    const isThere = (timeoutMs: number): ReturnType<typeof lastMessage> =>
      lastMessage(connection, FACTS, factSubject(fact), timeoutMs);
    if (!(error instanceof ApiError) || (await untilKnown(connection, PATIENCE, isThere))?.seq === seq) throw error;
  }
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
  const deadline = performance.now() + PATIENCE.withinMs;
  for (;;) {
    const refusal = await refusalOf(connection, message);
    if (refusal === undefined) return facts.at(-1)?.seq ?? 0;
    const kept = await untilKnown(connection, PATIENCE, (timeoutMs) =>
      lastMessage(connection, FACTS, subject, timeoutMs),
    );
    if (kept !== undefined) return lastSeqIn(kept);
    // Refused, yet nothing is there: no room. Or, on a replicated stream, another one's is accepted but not yet applied.
    if (!refusal.taken || performance.now() > deadline) throw overloaded(refusal);
    await delay(APPLY_MS);
  }
}

/** Why the stream did not take it; undefined when it did. */
async function refusalOf(connection: Connection, message: Outgoing): Promise<ApiError | undefined> {
  try {
    await untilKnown(connection, PATIENCE, (timeoutMs) => publish(connection, message, timeoutMs));
    return undefined;
  } catch (error) {
    if (error instanceof ApiError && error.code === API_ERRORS.storeFailed) return error;
    throw error;
  }
}
