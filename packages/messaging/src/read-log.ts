import { defined, STREAMS } from '@lacuna/contracts';
import type { Connection } from './connection.ts';
import { fromHeaders } from './headers.ts';
import { callApi } from './jetstream.ts';
import { placeOf, type ChunkPlace, type LogChunk } from './log-chunk.ts';
import { NoAnswer } from './no-answer.ts';
import { CAUGHT_UP } from './ordered-source.ts';
import { ordered } from './ordered.ts';
import { bytesOfChunk } from './packed-chunk.ts';
import { DEADLINE_MS, untilKnown } from './until-known.ts';

/** Which part of a log to read. */
export interface ReadLogOptions {
  /** The first byte wanted; 0 by default. */
  readonly fromOffset?: number;
  /** Goes on with what is written from now on, until the signal aborts. Else the reading ends at the end that the log had. */
  readonly follow: boolean;
}

const LOGS = STREAMS.logs.name;
/** Chunks that may wait for a slow reader: 2.3 MiB at most. */
const WINDOW = 3;

/**
 * The bytes of a log from an offset on, in order, without gap or repeat; memory does not grow with the log. Throws `Failure('log-damaged')` where
 * a chunk is not what was stored.
 */
export async function* readLog(
  connection: Connection,
  subject: string,
  { fromOffset = 0, follow }: ReadLogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogChunk, void, undefined> {
  const fromSeq = fromOffset === 0 ? 1 : await seqOfOffset(connection, subject, fromOffset);
  for await (const item of ordered(connection, { stream: LOGS, filters: [subject], fromSeq, window: WINDOW }, signal)) {
    if (item === CAUGHT_UP) {
      if (!follow) return;
      continue;
    }
    const { from, to } = placeOf(item.headers, item.bytes.length);
    if (to === from || to <= fromOffset) continue;
    const skip = Math.max(0, fromOffset - from);
    const note = item.headers.get('Lacuna-Note');
    const bytes = await bytesOfChunk(item);
    yield { offset: from + skip, bytes: bytes.subarray(skip), ...defined({ note }) };
  }
}

interface SeenChunk extends ChunkPlace {
  readonly seq: number;
}

/** A sequence at which reading must begin to see an offset: that of the chunk that holds it, found by bisection over the sequences. */
async function seqOfOffset(connection: Connection, subject: string, offset: number): Promise<number> {
  const { first_seq, last_seq } = await bounds(connection);
  // An empty stream has 0 for both.
  let low = Math.max(1, first_seq);
  let high = last_seq + 1;
  // Everything before `low` lies before the offset; the first chunk at or after `high` lies behind it.
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const chunk = await chunkAtOrAfter(connection, subject, middle);
    if (chunk === undefined || chunk.from > offset) high = middle;
    else if (chunk.to > offset) return chunk.seq;
    else low = chunk.seq + 1;
  }
  return low;
}
function bounds(connection: Connection): Promise<{ first_seq: number; last_seq: number }> {
  return untilKnown(connection, { withinMs: DEADLINE_MS }, async (timeoutMs) => {
    const info = await callApi<{ state: { first_seq: number; last_seq: number } }>(
      connection,
      `STREAM.INFO.${LOGS}`,
      {},
      timeoutMs,
    );
    return info.state;
  });
}

function chunkAtOrAfter(connection: Connection, subject: string, seq: number): Promise<SeenChunk | undefined> {
  const api = `$JS.API.DIRECT.GET.${LOGS}`;
  return untilKnown(connection, { withinMs: DEADLINE_MS }, async (timeoutMs) => {
    const reply = await connection.request(api, JSON.stringify({ seq, next_by_subj: subject }), timeoutMs);
    const status = reply.headers?.code;
    if (status === 404) return undefined;
    if (status !== 0) throw new NoAnswer('no-responders', api);
    const headers = fromHeaders(reply.headers);
    return { seq: Number(headers.get('Nats-Sequence')), ...placeOf(headers, reply.data.length) };
  });
}
