import type { Msg } from 'nats';
import { evaluationSubjects, parseRecordSubject, STREAMS, type EvaluationId } from '@lacuna/contracts';
import { decodeRecord, lastSeqIn } from './compacted-record.ts';
import type { Connection } from './connection.ts';
import { fromHeaders, type Headers } from './headers.ts';
import { NoAnswer } from './no-answer.ts';
import { CAUGHT_UP } from './ordered-source.ts';
import { ordered } from './ordered.ts';
import { timeOfRfc3339 } from './precise-time.ts';
import { recordedFacts, type FactMessage, type RecordedFact } from './recorded-fact.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

const FACTS = STREAMS.facts.name;

/** All that the stream has about one evaluation. */
export interface History {
  readonly id: EvaluationId;
  /** In stream order, each once, whether it is a message of its own or in the record. */
  readonly facts: readonly RecordedFact[];
  /** Messages that are no fact. */
  readonly unreadable: number;
  /** Set when it was compacted: the place of the last fact in the record, and how many of its facts are still messages of their own. */
  readonly record?: { readonly lastSeq: number; readonly notDeleted: number };
}

type HistoryMessage = FactMessage & { readonly headers: Headers };

/**
 * Reads all of an evaluation. One request, 0.5 to 1.7 ms among 168,000 facts: "the last message of each subject" is every message,
 * because there is one per subject. On a replicated stream a replica may answer that is a moment behind: it is asked again until it has what the
 * evaluation has at the place `upTo`, and with that all before it. Throws `Failure('overloaded')` when nothing answers within a minute.
 */
export async function readHistory(connection: Connection, id: EvaluationId, upTo = 0): Promise<History> {
  const filter = evaluationSubjects(id);
  const messages = await untilKnown(connection, { withinMs: DEADLINE_MS }, async (timeoutMs) => {
    const found = (await lastOfEachSubject(connection, filter, timeoutMs)) ?? (await oneByOne(connection, filter));
    if (upTo > 0 && !found.some(({ seq }) => seq >= upTo)) throw new NoAnswer('behind', filter);
    return found;
  });
  return historyOf(id, messages);
}

function historyOf(id: EvaluationId, messages: readonly HistoryMessage[]): History {
  const record = messages.find(({ subject }) => parseRecordSubject(subject) !== undefined);
  const singles = messages.filter((message) => message !== record);
  const single = recordedFacts(singles);
  const unreadable = singles.length - single.length;
  if (record === undefined) return { id, facts: single, unreadable };
  const bySeq = new Map([...decodeRecord(record), ...single].map((recorded) => [recorded.seq, recorded]));
  const facts = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  const lastSeq = lastSeqIn(record);
  return { id, facts, unreadable, record: { lastSeq, notDeleted: singles.filter(({ seq }) => seq <= lastSeq).length } };
}

/** Undefined when the server will not send that many at once: 1,024 messages, or its limit of pending bytes. */
async function lastOfEachSubject(
  connection: Connection,
  filter: string,
  timeoutMs: number,
): Promise<HistoryMessage[] | undefined> {
  const messages: HistoryMessage[] = [];
  const subject = `$JS.API.DIRECT.GET.${FACTS}`;
  const end = await connection.gather(subject, JSON.stringify({ multi_last: [filter] }), timeoutMs, (reply) => {
    const isMessage = statusOf(reply) === 0;
    if (isMessage) messages.push(directMessage(reply));
    return !isMessage;
  });
  switch (statusOf(end)) {
    case 204:
      return end.headers?.get('Nats-Num-Pending') === '0' ? messages.sort((a, b) => a.seq - b.seq) : undefined;
    case 404:
      if (messages.length === 0) return [];
      // One of them was deleted between the look-up and the reading: the record is there by now.
      throw new NoAnswer('no-responders', subject);
    case 413:
      return undefined;
    default:
      throw new NoAnswer('no-responders', subject);
  }
}

async function oneByOne(connection: Connection, filter: string): Promise<HistoryMessage[]> {
  const messages: HistoryMessage[] = [];
  const source = { stream: FACTS, filters: [filter], fromSeq: 1, window: 256 };
  const giveUp = AbortSignal.any([AbortSignal.timeout(DEADLINE_MS), connection.hurried]);
  for await (const item of ordered(connection, source, giveUp)) {
    if (item === CAUGHT_UP) return messages;
    messages.push(item);
  }
  throw new NoAnswer('timeout', filter);
}

function statusOf(reply: Msg): number {
  return reply.headers?.code ?? 0;
}

function directMessage(reply: Msg): HistoryMessage {
  const header = (name: string): string => reply.headers?.get(name) ?? '';
  return {
    subject: header('Nats-Subject'),
    bytes: reply.data,
    seq: Number(header('Nats-Sequence')),
    storedAt: timeOfRfc3339(header('Nats-Time-Stamp')),
    headers: fromHeaders(reply.headers),
  };
}
