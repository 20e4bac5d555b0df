import { factSubject, parseFactSubject, recordSubject, STREAMS } from '@lacuna/contracts';
import { decodeRecord } from './compacted-record.ts';
import type { Connection } from './connection.ts';
import { recordedFact, type RecordedFact } from './recorded-fact.ts';
import { lastMessage } from './stored-message.ts';
import { DEADLINE_MS } from './until-known.ts';

const FACTS = STREAMS.facts.name;

/** The fact on a subject, compacted or not; undefined when there is none. Sees every fact whose publishing was acknowledged. */
export async function readFact(
  connection: Connection,
  subject: string,
  withinMs: number = DEADLINE_MS,
): Promise<RecordedFact | undefined> {
  const deadline = performance.now() + withinMs;
  const message = await lastMessage(connection, FACTS, subject, withinMs);
  // The record is stored before its facts are deleted: whoever misses a fact finds it there.
  return message ? recordedFact(message) : compactedFact(connection, subject, deadline - performance.now());
}

/** The fact that was on a subject before its evaluation was compacted; undefined when there was none, or the evaluation was not. */
export async function compactedFact(
  connection: Connection,
  subject: string,
  withinMs: number,
): Promise<RecordedFact | undefined> {
  const id = parseFactSubject(subject)?.evaluation;
  const record = id && (await lastMessage(connection, FACTS, recordSubject(id), withinMs));
  return record && decodeRecord(record).find(({ fact }) => factSubject(fact) === subject);
}
