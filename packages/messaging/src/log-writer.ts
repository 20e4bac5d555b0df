import { nuid } from 'nats';
import { MAX_CHUNK_BYTES, STREAMS } from '@lacuna/contracts';
import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { deleteMessage } from './delete-message.ts';
import { publish, type Outgoing } from './jetstream.ts';
import { chunkHeaders, placeOf, type ChunkWriter, type LogChunk, type LogEnd } from './log-chunk.ts';
import { bytesOfChunk, packedBytes } from './packed-chunk.ts';
import { lastMessage, type StoredMessage } from './stored-message.ts';
import { DEADLINE_MS, overloaded, untilKnown } from './until-known.ts';

const LOGS = STREAMS.logs.name;
const PATIENCE = { withinMs: DEADLINE_MS };
const WRONG_SEQUENCE: readonly number[] = [API_ERRORS.wrongLastSequence, API_ERRORS.wrongLastSequenceConstant];

/** What became of a chunk. */
type AppendOutcome =
  | { readonly kind: 'stored'; readonly end: number }
  /** Not stored: the log does not end where the chunk begins, because somebody else writes it too. Go on at `end`. */
  | { readonly kind: 'behind'; readonly end: number };

interface LastChunk extends LogEnd {
  readonly id: string | undefined;
}

/** Where a log ends, as its stream knows it. */
export async function logEnd(connection: Connection, subject: string): Promise<LogEnd> {
  const { offset, seq } = await lastChunk(connection, subject);
  return { offset, seq };
}

/**
 * Appends to the log of one container. Several may write the same log, as two replicas do that each believe the other dead: a chunk is
 * stored only directly behind the last one (compare and swap on the subject's last sequence), so the log never has a gap or an overlap.
 */
export class LogWriter {
  readonly #connection: Connection;
  readonly #subject: string;
  #writer: ChunkWriter;
  #last: LastChunk;

  private constructor(connection: Connection, subject: string, container: string, last: LastChunk) {
    this.#connection = connection;
    this.#subject = subject;
    this.#writer = { container, id: nuid.next() };
    this.#last = last;
  }

  /** Opens a log at its end. Throws `Failure('overloaded')` when the stream does not answer. */
  static async open(connection: Connection, subject: string, container: string): Promise<LogWriter> {
    return new LogWriter(connection, subject, container, await lastChunk(connection, subject));
  }

  /** The offset behind the last byte stored, as far as this writer knows. */
  get end(): number {
    return this.#last.offset;
  }

  /** Stores one chunk of at most `MAX_CHUNK_BYTES`; one call at a time. Throws `Failure('overloaded')`. */
  async append(chunk: LogChunk): Promise<AppendOutcome> {
    if (chunk.bytes.length === 0 || chunk.bytes.length > MAX_CHUNK_BYTES)
      throw new RangeError(`a chunk has 1 to ${MAX_CHUNK_BYTES} bytes, not ${chunk.bytes.length}`);
    const { end } = this;
    if (chunk.offset !== end) return { kind: 'behind', end };
    const packed = await packedBytes(chunk.bytes);
    const headers = chunkHeaders(this.#writer, chunk, packed !== undefined);
    const message = { stream: LOGS, subject: this.#subject, payload: packed ?? chunk.bytes, headers };
    const to = end + chunk.bytes.length;
    const stored = await untilKnown(this.#connection, PATIENCE, (timeoutMs) => this.#attempt(message, to, timeoutMs));
    return { kind: stored ? 'stored' : 'behind', end: this.end };
  }

  /**
   * Takes back all that lies behind an offset, because it is not what comes there; the last chunks first, so that the log stays one at every
   * moment. Whoever follows the log has read them. Throws `Failure('overloaded')`.
   */
  async truncate(to: number): Promise<void> {
    this.#writer = { ...this.#writer, id: nuid.next() };
    while (this.end > to) {
      const last = await this.#lastMessage();
      const { from } = placeOf(last.headers, last.bytes.length);
      const kept = from < to ? (await bytesOfChunk(last)).subarray(0, to - from) : undefined;
      await deleteMessage(this.#connection, LOGS, last);
      this.#last = await lastChunk(this.#connection, this.#subject);
      if (kept !== undefined && this.end === from) await this.append({ offset: from, bytes: kept });
    }
  }

  async #lastMessage(): Promise<StoredMessage> {
    const message = await lastMessage(this.#connection, LOGS, this.#subject);
    if (message === undefined) throw new Error(`the log ${this.#subject} has no chunks, but ends at ${this.end}`);
    return message;
  }

  /** Whether our chunk, which ends the log at `to`, is now the one behind the last that we knew. */
  async #attempt(message: Outgoing, to: number, timeoutMs: number): Promise<boolean> {
    const id = message.headers['Nats-Msg-Id'];
    const headers = { ...message.headers, 'Nats-Expected-Last-Subject-Sequence': String(this.#last.seq) };
    try {
      const ack = await publish(this.#connection, { ...message, headers }, timeoutMs);
      if (ack.duplicate !== true) {
        this.#last = { id, seq: ack.seq, offset: to };
        return true;
      }
    } catch (error) {
      if (error instanceof ApiError && error.code === API_ERRORS.storeFailed) throw overloaded(error);
      if (!(error instanceof ApiError) || !WRONG_SEQUENCE.includes(error.code)) throw error;
    }
    // Refused or a duplicate: an earlier attempt of ours whose answer was lost, or another writer. The last chunk tells.
    this.#last = await lastChunk(this.#connection, this.#subject);
    return this.#last.id === id;
  }
}

async function lastChunk(connection: Connection, subject: string): Promise<LastChunk> {
  const message = await lastMessage(connection, LOGS, subject);
  if (message === undefined) return { offset: 0, seq: 0, id: undefined };
  const { to } = placeOf(message.headers, message.bytes.length);
  return { offset: to, seq: message.seq, id: message.headers.get('Nats-Msg-Id') };
}
