import type { Cluster, ContainerRef, LogPosition } from '@lacuna/cluster';
import type { Witness } from './container-end.ts';
import type { Chunk, Chunking } from './chunk.ts';
import { chunked } from './chunker.ts';
import { firstLoss, type FirstLoss } from './first-loss.ts';
import { LogAccount } from './log-account.ts';
import type { LogTraffic } from './log-traffic.ts';
import type { ReadOutcome } from './read-outcome.ts';
import { restoreLog, type Restoration } from './restore-log.ts';
import { ofSource, SourceBroke } from './source-broke.ts';
import { OtherWriter, type StoredLog } from './stored-log.ts';

interface SourceReaderDeps {
  readonly cluster: Pick<Cluster, 'openLog' | 'openSpool'>;
  readonly container: ContainerRef;
  /** Where the container runs, when its log can be had from there. */
  readonly nodeOf: () => Promise<string | undefined>;
  readonly chunking: Chunking;
  readonly openStored: (signal: AbortSignal) => Promise<StoredLog>;
  /** Told each time the source was open for reading. */
  readonly onOpened: () => void;
  /** Told when the first byte of the log came. */
  readonly onFirstByte: () => void;
  /** Told what is being read. */
  readonly traffic: LogTraffic;
}

const NEVER = new AbortController().signal;

/** Reads the source behind what is stored, and stores what it gives. */
export class SourceReader {
  readonly #deps: SourceReaderDeps;
  #log: StoredLog;
  /** Counts what was read and what was stored: a source that is held up by a slow store is not silent. */
  #activity = 0;
  #isStoring = false;
  #isKept = false;

  private constructor(deps: SourceReaderDeps, log: StoredLog) {
    this.#deps = deps;
    this.#log = log;
  }

  static async open(deps: SourceReaderDeps, signal: AbortSignal): Promise<SourceReader> {
    return new SourceReader(deps, await deps.openStored(signal));
  }

  /** The account of all that was read. */
  get account(): StoredLog['account'] {
    return this.#log.account;
  }

  /** Changes whenever something happens. */
  get activity(): number {
    return this.#isStoring ? ++this.#activity : this.#activity;
  }

  /** Changes with each piece that is read or stored. */
  get progress(): number {
    return this.#activity + this.account.bytes;
  }

  /** Whether the latest read was from where what is rotated away is kept: see `LogOutcome`. */
  get isKept(): boolean {
    return this.#isKept;
  }

  /** Follows the source behind what is stored; `stop` ends that without harm. As all reads it throws when `signal` aborts, and what the store throws. */
  follow(stop: AbortSignal, signal: AbortSignal): Promise<ReadOutcome> {
    return this.#read({ ...this.#log.position, follow: true }, stop, signal, (chunk) => this.#add(chunk, signal));
  }

  /** Reads once what the source has behind what is stored. */
  readOn(signal: AbortSignal): Promise<ReadOutcome> {
    return this.#read({ ...this.#log.position, follow: false }, NEVER, signal, (chunk) => this.#add(chunk, signal));
  }

  /**
   * Reads a log of which nothing is stored in one go, to be held against its seal. The last chunk is stored only when that agrees, so words about
   * the log, which end a stream, are never stored. `unlike` when it does not: what is stored then is unproven.
   */
  async readSealed(seal: Witness, signal: AbortSignal): Promise<ReadOutcome> {
    let held: Chunk | undefined;
    let isUnlike = false;
    const position = { offset: 0, follow: false, sealedBytes: seal.bytes };
    const outcome = await this.#read(position, NEVER, signal, async (chunk) => {
      const before = held;
      held = chunk;
      if (before !== undefined && chunk !== undefined) return this.#begin({ ...before, isUnproven: true }, signal);
      isUnlike = !this.account.isProvenBy(seal, before?.bytes);
      if (before !== undefined && chunk === undefined && !isUnlike) await this.#add(before, signal);
    });
    return outcome.kind === 'ended' && isUnlike ? { kind: 'unlike', why: 'it is not what was sealed' } : outcome;
  }

  /** Reads from the first byte on, and lets go of what is stored when there is something to take its place. */
  readAnew(signal: AbortSignal): Promise<ReadOutcome> {
    let isBegun = false;
    return this.#read({ offset: 0, follow: false }, NEVER, signal, async (chunk) => {
      if (chunk !== undefined && !isBegun) {
        await this.#log.truncate(0, signal);
        this.#log = await this.#deps.openStored(signal);
        isBegun = true;
      }
      await this.#add(chunk, signal);
    });
  }

  /**
   * Reads from the first byte on once more when what the source has is what was sealed, which is looked at first: what is stored may be all that
   * there still is.
   */
  async readAnewIfSealed(seal: Witness, signal: AbortSignal): Promise<ReadOutcome> {
    const seen = new LogAccount({ report: 'none' });
    const position = { offset: 0, follow: false, sealedBytes: seal.bytes };
    const outcome = await this.#read(position, NEVER, signal, (chunk) => {
      if (chunk !== undefined) seen.count(chunk.bytes);
      return Promise.resolve();
    });
    if (outcome.kind !== 'ended') return outcome;
    if (seen.isProvenBy(seal)) return this.readAnew(signal);
    return { kind: 'contradicted', why: 'it is not what was sealed either' };
  }

  /** Between which bytes a log that is shorter than its seal first lacks some, as far as the seal tells; undefined when it does not. */
  async firstLoss(seal: Witness | undefined, signal: AbortSignal): Promise<FirstLoss | undefined> {
    const { bytes } = this.account.stored();
    if (seal?.checkpoints === undefined || this.account.bytes !== bytes || bytes >= seal.bytes) return undefined;
    return firstLoss(this.#log.read(signal), seal);
  }

  /** Makes the log whole by its spool, after which its source has nothing more to give; says why not when that does not help. */
  async restore(seal: Witness, signal: AbortSignal): Promise<Restoration> {
    const restoration = await restoreLog(this.#log, seal, this.#deps, signal);
    if (restoration.kind === 'restored') this.#log = restoration.log;
    return restoration;
  }

  /** What is stored, to be closed. */
  get log(): Pick<StoredLog, 'close' | 'closeWhenRoom'> {
    return this.#log;
  }

  /** `take` gets each chunk, and undefined when the source has ended in good order. */
  async #read(
    position: LogPosition,
    stop: AbortSignal,
    signal: AbortSignal,
    take: (chunk: Chunk | undefined) => Promise<void>,
  ): Promise<ReadOutcome> {
    using reading = new Reading(stop, signal);
    const { cluster, container, nodeOf, chunking, onOpened, traffic } = this.#deps;
    const node = position.follow ? undefined : await nodeOf();
    traffic.opening(this);
    const from = node === undefined ? container : { ...container, node };
    const opened = await cluster.openLog(from, position, reading.signal);
    if (opened.kind === 'gone') return { kind: 'gone', why: opened.message };
    if (opened.kind === 'waiting') return { kind: 'waiting', why: opened.message };
    if (opened.kind === 'open') this.#isKept = opened.isKept === true;
    if (opened.kind === 'unavailable') return stopped(stop) ?? { kind: 'broken', why: opened.message };
    onOpened();
    const chunks = chunked(this.#counted(opened.body), chunking)[Symbol.asyncIterator]();
    try {
      const outcome = await this.#takeAll(chunks, take, stop, signal);
      await this.#settled();
      return outcome;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof OtherWriter)) throw error;
      this.#log = await this.#deps.openStored(signal);
      return { kind: 'overtaken' };
    } finally {
      this.#isStoring = false;
      traffic.closed(this);
      await chunks.return?.(undefined);
    }
  }

  async #takeAll(
    chunks: AsyncIterator<Chunk>,
    take: (chunk: Chunk | undefined) => Promise<void>,
    stop: AbortSignal,
    signal: AbortSignal,
  ): Promise<ReadOutcome> {
    try {
      for (;;) {
        const step = await ofSource(chunks.next());
        await take(step.done === true ? undefined : step.value);
        if (step.done === true) return { kind: 'ended' };
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof SourceBroke) return stopped(stop) ?? error.outcome;
      throw error;
    }
  }

  async #add(chunk: Chunk | undefined, signal: AbortSignal): Promise<void> {
    await this.#begin(chunk, signal);
    await this.#settled();
  }

  /** While a chunk is being stored, the next one is read and counted. */
  async #begin(chunk: Chunk | undefined, signal: AbortSignal): Promise<void> {
    if (chunk === undefined) return;
    if (this.account.bytes === 0 && chunk.bytes.length > 0) this.#deps.onFirstByte();
    this.#isStoring = true;
    await this.#log.begin(chunk, signal);
    this.#isStoring = false;
  }

  async #settled(): Promise<void> {
    this.#isStoring = true;
    await this.#log.settled();
    this.#isStoring = false;
  }

  async *#counted<Part>(source: AsyncIterable<Part>): AsyncGenerator<Part> {
    for await (const part of source) {
      this.#activity++;
      this.#deps.traffic.brought(this);
      yield part;
    }
  }
}

/** Ends the request when its reader leaves. */
class Reading implements Disposable {
  readonly #over = new AbortController();
  readonly signal: AbortSignal;

  constructor(...signals: readonly AbortSignal[]) {
    this.signal = AbortSignal.any([...signals, this.#over.signal]);
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}

function stopped(stop: AbortSignal): ReadOutcome | undefined {
  return stop.aborted ? { kind: 'stopped' } : undefined;
}
