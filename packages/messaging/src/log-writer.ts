import { nuid } from 'nats';
import { MAX_CHUNK_BYTES, STREAMS } from '@lacuna/contracts';
import { ApiError, API_ERRORS } from './api-error.ts';
import type { Connection } from './connection.ts';
import { publish } from './jetstream.ts';
import { chunkHeaders, closingHeaders, takingBack, type ChunkWriter, type LogChunk } from './log-chunk.ts';
import { endToWriteAt, type LastMessage } from './log-end.ts';
import { packedBytes } from './packed-chunk.ts';
import { readLog } from './read-log.ts';
import { DEADLINE_MS, overloaded, untilKnown } from './until-known.ts';

const LOGS = STREAMS.logs.name;
const PATIENCE = { withinMs: DEADLINE_MS };
const WRONG_SEQUENCE: readonly number[] = [API_ERRORS.wrongLastSequence, API_ERRORS.wrongLastSequenceConstant];

/** What became of a chunk. */
type AppendOutcome =
  | { readonly kind: 'stored'; readonly end: number }
  /** Not stored: the log does not end where the chunk begins, because somebody else writes it too, or it is closed. Go on at `end`. */
  | { readonly kind: 'behind'; readonly end: number };

const NOTHING = new Uint8Array();

/**
 * Appends to the log of one container. Several may write the same log, as two replicas do that each believe the other dead: a chunk is
 * stored only directly behind the last one (compare and swap on the subject's last sequence), so the log never has a gap or an overlap. What takes back
 * and what closes is stored in the same way, so neither is done to a log that somebody else has closed meanwhile.
 */
export class LogWriter {
  readonly #connection: Connection;
  readonly #subject: string;
  #writer: ChunkWriter;
  #last: LastMessage;

  private constructor(connection: Connection, subject: string, container: string, last: LastMessage) {
    this.#connection = connection;
    this.#subject = subject;
    this.#writer = { container, id: nuid.next() };
    this.#last = last;
  }

  /** Opens a log at its end. Throws `Failure('overloaded')` when the stream does not answer. */
  static async open(connection: Connection, subject: string, container: string): Promise<LogWriter> {
    return new LogWriter(connection, subject, container, await endToWriteAt(connection, subject));
  }

  /** The offset behind the last byte stored, as far as this writer knows. */
  get end(): number {
    return this.#last.offset;
  }

  /** What the log was closed with, when this writer last looked; undefined while it is open. */
  get closedWith(): string | undefined {
    return this.#last.closedWith;
  }

  /**
   * Stores one chunk of at most `MAX_CHUNK_BYTES`; one call at a time, but for what `before` waits for, during which the chunk is only packed. Throws
   * `Failure('overloaded')`, and what `before` does.
   */
  async append(chunk: LogChunk, before?: Promise<void>): Promise<AppendOutcome> {
    if (chunk.bytes.length === 0 || chunk.bytes.length > MAX_CHUNK_BYTES)
      throw new RangeError(`a chunk has 1 to ${MAX_CHUNK_BYTES} bytes, not ${chunk.bytes.length}`);
    const [packed] = await Promise.all([packedBytes(chunk.bytes), before]);
    const stored = chunk.offset === this.end && (await this.#storeChunk(chunk, packed));
    return { kind: stored ? 'stored' : 'behind', end: this.end };
  }

  /**
   * Takes back all that lies behind an offset, because it is not what comes there. Whoever follows the log has read it. False when nothing was taken
   * back, because somebody else writes the log too, or has closed it. Throws `Failure('overloaded')`.
   */
  async truncate(to: number): Promise<boolean> {
    if (this.end <= to) return this.closedWith === undefined;
    this.#writer = { ...this.#writer, id: nuid.next() };
    const last = await this.#untilOffset(to);
    if (!(await this.#storeChunk(last, await packedBytes(last.bytes), takingBack))) return false;
    this.#last = await endToWriteAt(this.#connection, this.#subject);
    return true;
  }

  /**
   * Closes the log where it ends, with a word of one line for whoever opens it later: from then on nobody stores or takes back anything. False when
   * somebody else has written or closed it meanwhile. Throws `Failure('overloaded')`.
   */
  close(word: string): Promise<boolean> {
    const headers = closingHeaders(this.#writer, this.end, word);
    return this.#store(NOTHING, headers, { offset: this.end, closedWith: word });
  }

  /** What is kept of the chunk in which an offset lies; of none, when it lies between two. */
  async #untilOffset(to: number): Promise<LogChunk> {
    if (to === 0) return { offset: 0, bytes: NOTHING };
    const { ended } = this.#connection;
    for await (const { offset, bytes } of readLog(this.#connection, this.#subject, { follow: false }, ended)) {
      const end = offset + bytes.length;
      if (end === to) return { offset: to, bytes: NOTHING };
      if (end > to) return { offset, bytes: bytes.slice(0, to - offset) };
    }
    throw overloaded(new Error(`byte ${to} of the log ${this.#subject} can't be read now`));
  }

  #storeChunk(
    chunk: LogChunk,
    packed: Uint8Array | undefined,
    marked = (headers: Record<string, string>) => headers,
  ): Promise<boolean> {
    const headers = marked(chunkHeaders(this.#writer, chunk, packed !== undefined));
    return this.#store(packed ?? chunk.bytes, headers, { offset: chunk.offset + chunk.bytes.length });
  }

  /** Whether it is stored directly behind the last message that we knew. */
  #store(
    payload: Uint8Array,
    headers: Record<string, string>,
    then: Omit<LastMessage, 'id' | 'seq'>,
  ): Promise<boolean> {
    if (this.closedWith !== undefined) return Promise.resolve(false);
    return untilKnown(this.#connection, PATIENCE, (timeoutMs) => this.#attempt(payload, headers, then, timeoutMs));
  }

  async #attempt(
    payload: Uint8Array,
    headers: Record<string, string>,
    then: Omit<LastMessage, 'id' | 'seq'>,
    timeoutMs: number,
  ): Promise<boolean> {
    const id = headers['Nats-Msg-Id'];
    const expected = { ...headers, 'Nats-Expected-Last-Subject-Sequence': String(this.#last.seq) };
    try {
      const message = { stream: LOGS, subject: this.#subject, payload, headers: expected };
      const ack = await publish(this.#connection, message, timeoutMs);
      if (ack.duplicate !== true) {
        this.#last = { ...then, id, seq: ack.seq };
        return true;
      }
    } catch (error) {
      if (error instanceof ApiError && error.code === API_ERRORS.storeFailed) throw overloaded(error);
      if (!(error instanceof ApiError) || !WRONG_SEQUENCE.includes(error.code)) throw error;
    }
    // Refused or a duplicate: an earlier attempt of ours whose answer was lost, or another writer. The last message tells.
    this.#last = await endToWriteAt(this.#connection, this.#subject);
    return this.#last.id === id;
  }
}
