import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  decodeFact,
  encodeFact,
  factSubject,
  Failure,
  parseRecordSubject,
  recordSubject,
  spanIdOf,
  traceIdOf,
  traceparentOf,
  type EvaluationId,
  type Fact,
} from '@lacuna/contracts';
import type { Headers } from './headers.ts';
import type { RecordedFact } from './recorded-fact.ts';

/** Says which fact of the record is the last, without unpacking it. */
const LAST_SEQ = 'Lacuna-Last-Sequence';

/** What a record unpacks to at most, in bytes; more is none of ours. */
const LONGEST_UNPACKED = 64 * 1024 * 1024;

/** A message that holds a record. */
interface RecordMessage {
  readonly subject: string;
  readonly bytes: Uint8Array;
  readonly headers: Headers;
}

/** The bytes of a record: the facts in stream order, each with its place and time in the stream, as deflated JSON. */
export function encodeRecord(facts: readonly RecordedFact[]): Uint8Array {
  return deflateRawSync(JSON.stringify(facts.map(({ fact, seq, storedAt }) => [seq, storedAt, fact])));
}

/** What a record is stored with: CloudEvents headers as a fact has them, and where the facts in it end. */
export function recordHeaders(id: EvaluationId, facts: readonly RecordedFact[], at: number): Record<string, string> {
  return {
    'ce-specversion': '1.0',
    'ce-id': recordSubject(id),
    'ce-type': 'dev.lacuna.record.v1',
    'ce-source': '/lacuna/trace-audit',
    'ce-time': new Date(at).toISOString(),
    'content-type': 'application/json',
    'content-encoding': 'deflate-raw',
    [LAST_SEQ]: String(facts.at(-1)?.seq ?? 0),
    traceparent: traceparentOf(traceIdOf(id), spanIdOf(id, 1, 'root')),
  };
}

/** The place of the last fact in a record. Throws `Failure('fact-invalid')`. */
export function lastSeqIn({ subject, headers }: Omit<RecordMessage, 'bytes'>): number {
  const seq = Number(headers.get(LAST_SEQ));
  if (!Number.isSafeInteger(seq) || seq < 1) throw invalid(subject, `${LAST_SEQ} is ${headers.get(LAST_SEQ)}`);
  return seq;
}

/** The facts in a record, checked as if each had come by itself. Throws `Failure('fact-invalid')`. */
export function decodeRecord({ subject, bytes }: Omit<RecordMessage, 'headers'>): RecordedFact[] {
  const id = parseRecordSubject(subject);
  let entries: unknown;
  try {
    entries = JSON.parse(inflateRawSync(bytes, { maxOutputLength: LONGEST_UNPACKED }).toString());
  } catch (cause) {
    throw invalid(subject, `not deflated JSON: ${(cause as Error).message}`);
  }
  if (!Array.isArray(entries)) throw invalid(subject, 'not a list');
  return entries.map((entry: unknown) => {
    const [seq, storedAt, value] = Array.isArray(entry) ? (entry as unknown[]) : [];
    if (!Number.isSafeInteger(seq) || !Number.isFinite(storedAt)) throw invalid(subject, 'a fact has no place or time');
    const fact = checkedFact(subject, value);
    if (fact.evaluation !== id) throw invalid(subject, `a fact in it is about ${fact.evaluation}`);
    return { fact, seq: seq as number, storedAt: storedAt as number };
  });
}

function checkedFact(subject: string, value: unknown): Fact {
  try {
    return decodeFact(factSubject(value as Fact), encodeFact(value as Fact));
  } catch (cause) {
    throw invalid(subject, (cause as Error).message);
  }
}

function invalid(subject: string, what: string): Failure {
  return new Failure('fact-invalid', `record on ${subject}: ${what}`);
}
