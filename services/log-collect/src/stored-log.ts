import type { LogPosition } from '@lacuna/cluster';
import { defined, Failure, type LogStatement } from '@lacuna/contracts';
import type { Bus, LogChunk, LogWriter } from '@lacuna/messaging';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodeNote, encodeNote } from './chunk-note.ts';
import type { Chunk } from './chunk.ts';
import { LogAccount, type AccountWishes } from './log-account.ts';

/** Another replica wrote at our end: what it stored is as good as ours, so go on behind it. */
export class OtherWriter extends Error {}

/** The log is closed with this statement, which stands, and about this account of it. */
export class LogClosed extends Error {
  readonly statement: LogStatement;
  readonly account: LogAccount;

  constructor(statement: LogStatement, account: LogAccount) {
    super('this log is closed');
    this.statement = statement;
    this.account = account;
  }
}

interface StoredLogDeps {
  readonly bus: Pick<Bus, 'openLog' | 'readLog'>;
  readonly subject: string;
  readonly containerId: string;
  readonly wishes: AccountWishes;
  /** Told when the store has no room, with its words, and with undefined when it has taken the chunk after all. */
  readonly onHeldUp: (why: string | undefined) => void;
}

/** Between two attempts to store a chunk for which there is no room. Milliseconds. */
const TRY_AGAIN_MS = 1_000;

/** The log of one container as its stream has it, with the account of it: every byte once, in order, by whoever writes. */
export class StoredLog {
  readonly #deps: StoredLogDeps;
  readonly #writer: LogWriter;
  readonly account: LogAccount;
  /** What the source said of gaps since the last chunk was stored. */
  #gaps: Chunk['gaps'] = [];
  /** The latest chunk on its way to the store, and all before it; and those before it alone. */
  #storing: Promise<void> = Promise.resolve();
  #storingBefore: Promise<void> = Promise.resolve();

  private constructor(deps: StoredLogDeps, writer: LogWriter, account: LogAccount) {
    this.#deps = deps;
    this.#writer = writer;
    this.account = account;
  }

  /** Opens it at its end; what is stored is counted again (fault L24). Throws `LogClosed`. */
  static async open(deps: StoredLogDeps, signal: AbortSignal): Promise<StoredLog> {
    const { bus, subject, containerId, wishes } = deps;
    const account = new LogAccount(wishes);
    const writer = await bus.openLog(subject, containerId);
    if (writer.end > 0)
      for await (const { bytes, note } of bus.readLog(subject, { follow: false }, signal)) {
        account.count(bytes);
        account.note(decodeNote(note));
        // Another writer may have gone on meanwhile: what lies behind the writer's end is replayed when it is met.
        if (account.bytes >= writer.end) break;
      }
    if (writer.closedWith !== undefined) throw new LogClosed(JSON.parse(writer.closedWith) as LogStatement, account);
    return new StoredLog(deps, writer, account);
  }

  /** Where to go on reading the source. */
  get position(): Omit<LogPosition, 'follow'> {
    const { streams } = this.#deps.wishes;
    return { offset: this.account.bytes, known: this.account.overlap(), ...(streams && { streams }) };
  }

  /** What is stored, from the start. */
  async *read(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for await (const { bytes } of this.#deps.bus.readLog(this.#deps.subject, { follow: false }, signal)) yield bytes;
  }

  /**
   * Takes back what lies behind an offset, waiting for as long as the store has no room to say so. The account is void then: the log is to be opened
   * anew. Throws `OtherWriter`.
   */
  async truncate(to: number, signal: AbortSignal): Promise<void> {
    if (!(await this.#whenRoom(() => this.#writer.truncate(to), signal))) throw new OtherWriter();
  }

  /**
   * Closes the log with what is to be said of it, behind which nobody stores or takes back anything. False when the store has no room for that: then it
   * has none for what a late one would store either. Throws `OtherWriter`.
   */
  async close(statement: LogStatement): Promise<boolean> {
    try {
      if (!(await this.#writer.close(JSON.stringify(statement)))) throw new OtherWriter();
      return true;
    } catch (error) {
      if (!isOverloaded(error)) throw error;
      return false;
    }
  }

  /** Closes it as soon as there is room for that, unless it has been moved away by then. */
  async closeWhenRoom(statement: LogStatement, signal: AbortSignal): Promise<void> {
    try {
      while (!(await this.close(statement))) await sleep(TRY_AGAIN_MS, undefined, { signal });
    } catch (error) {
      if (!(error instanceof OtherWriter)) throw error;
    }
  }

  /** Stores a chunk, waiting for as long as the store has no room. Throws `OtherWriter`. */
  async add(chunk: Chunk, signal: AbortSignal): Promise<void> {
    await this.begin(chunk, signal);
    await this.settled();
  }

  /**
   * As `add`, but waits only until all is stored but the chunk before, and that one is being stored while this one is packed. What they fail with is
   * thrown by a later call, or by `settled`.
   */
  async begin(chunk: Chunk, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { bytes } = chunk;
    const stored = bytes.subarray(0, this.account.roomFor(bytes.length));
    const offset = this.account.bytes;
    // Counted before it is stored. When that fails, so does the capture, or the log is opened anew and counted again.
    this.account.count(bytes);
    const { sha256: logSha256 } = this.account.stored();
    await this.#storingBefore;
    this.#gaps = [...this.#gaps, ...chunk.gaps];
    if (stored.length > 0) {
      const note = encodeNote({ ...chunk, gaps: this.#gaps });
      this.#storingBefore = this.#storing;
      this.#storing = this.#append({ offset, bytes: stored, logSha256, ...defined({ note }) }, signal);
      this.#storing.catch(() => undefined);
      this.#gaps = [];
    }
    this.account.note(chunk);
  }

  /** Resolves when all is stored; throws what could not be. */
  settled(): Promise<void> {
    return this.#storing;
  }

  async #append(chunk: LogChunk, signal: AbortSignal): Promise<void> {
    const before = this.#storingBefore;
    const { kind } = await this.#whenRoom(() => this.#writer.append(chunk, before), signal);
    if (kind !== 'stored') throw new OtherWriter();
  }

  /** Back-pressure: the source is read no further than the read-ahead reaches, and nothing is given up. */
  async #whenRoom<T>(store: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let heldUp = false; ; heldUp = true) {
      try {
        const outcome = await store();
        if (heldUp) this.#deps.onHeldUp(undefined);
        return outcome;
      } catch (error) {
        if (!isOverloaded(error)) throw error;
        this.#deps.onHeldUp(error.message);
        await sleep(TRY_AGAIN_MS, undefined, { signal });
      }
    }
  }
}

function isOverloaded(error: unknown): error is Failure {
  return error instanceof Failure && error.code === 'overloaded';
}
