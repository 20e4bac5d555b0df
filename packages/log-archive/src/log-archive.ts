import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import { Failure, type FactData } from '@lacuna/contracts';
import { decodeIndex, type Frame } from './frame-index.ts';
import { LogPacker, type LogIdentity } from './log-packer.ts';
import { objectName, parseObjectName, type LogOwner, type NamedLog } from './object-name.ts';
import type { ObjectStore } from './object-store.ts';

/** How an archived log is found and known again: what the fact `log-archived` says of it. */
export type ArchivedLog = Omit<FactData<'log-archived'>, 'podUid'>;

/** A piece of a log, proven. */
export interface LogPiece {
  /** Of its first byte in the log. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Fetched at a time, in bytes of the object; the next is fetched while one is read. */
const FETCH_BYTES = 4 * 2 ** 20;

const decompress = promisify(zstdDecompress);

/** Closed logs in an object store. What comes out is what went in: every frame is compared with its sha256 before a byte of it is handed on. */
export class LogArchive {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Which store; without secrets. */
  get name(): string {
    return this.#store.name;
  }

  /**
   * Writes a log. Doing so again, also at the same time elsewhere, does no harm. Throws `Failure('log-damaged')` when the bytes are not those
   * of the identity, and then nothing is stored; `Failure('overloaded')` when the store does not take it.
   */
  async write(
    owner: LogOwner,
    { bytes, sha256 }: LogIdentity,
    log: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<ArchivedLog> {
    const object = objectName(owner, sha256);
    const packer = new LogPacker({ bytes, sha256 });
    await this.#store.put(object, packer.pack(log), signal);
    return { store: this.name, object, bytes, sha256, ...packer.packing };
  }

  /** Reads a log back, every byte of it. Throws `Failure('log-damaged')` when it is not whole, `Failure('overloaded')` when that can't be seen now. */
  async verify(log: ArchivedLog, signal: AbortSignal): Promise<void> {
    const hash = createHash('sha256');
    for await (const { bytes } of this.read(log, 0, signal)) hash.update(bytes);
    if (hash.digest('hex') !== log.sha256) throw damaged(log, 'is another log');
  }

  /** A log from an offset on. Throws as {@link verify}; what was handed on before that is right. */
  async *read(log: ArchivedLog, fromOffset: number, signal: AbortSignal): AsyncGenerator<LogPiece, void, undefined> {
    if (fromOffset >= log.bytes) return;
    const frames = placed(await this.#index(log, signal)).filter((frame) => frame.offset + frame.bytes > fromOffset);
    const spans = spansOf(frames);
    let fetching = this.#fetch(log, spans[0], signal);
    for (const [i, span] of spans.entries()) {
      const packed = await fetching;
      fetching = this.#fetch(log, spans[i + 1], signal);
      // Nobody may ever come for it.
      fetching.catch(() => undefined);
      for (const frame of span) {
        const bytes = await unpacked(log, frame, packed.subarray(frame.at - startOf(span)));
        const skip = Math.max(0, fromOffset - frame.offset);
        yield { offset: frame.offset + skip, bytes: bytes.subarray(skip) };
      }
    }
  }

  /** All logs in the order of their closing; what has another name than a log's is left out. Throws `Failure('overloaded')`. */
  async *list(signal: AbortSignal): AsyncGenerator<NamedLog, void, undefined> {
    for await (const object of this.#store.list(signal)) {
      const named = parseObjectName(object);
      if (named !== undefined) yield named;
    }
  }

  /** Removes a log; one that is not there is no error. Throws `Failure('overloaded')`. */
  remove({ object }: Pick<ArchivedLog, 'object'>, signal: AbortSignal): Promise<void> {
    return this.#store.remove(object, signal);
  }

  async #index(log: ArchivedLog, signal: AbortSignal): Promise<Frame[]> {
    const { at, sha256 } = log.index;
    const bytes = await this.#bytes(log, at, log.packedBytes - at, signal);
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw damaged(log, 'has another index');
    return decodeIndex(bytes);
  }

  async #fetch(log: ArchivedLog, span: Span | undefined, signal: AbortSignal): Promise<Uint8Array> {
    return span === undefined ? new Uint8Array() : this.#bytes(log, startOf(span), lengthOf(span), signal);
  }

  async #bytes(log: ArchivedLog, from: number, length: number, signal: AbortSignal): Promise<Uint8Array> {
    const bytes = await this.#store.read(log.object, { from, length }, signal);
    if (bytes === undefined) throw damaged(log, 'is not there');
    if (bytes.length !== length) throw damaged(log, `has less than its ${log.packedBytes} bytes`);
    return bytes;
  }
}

interface PlacedFrame extends Frame {
  /** Of its first byte in the object. */
  readonly at: number;
  /** Of its first byte in the log. */
  readonly offset: number;
}
/** Frames that are fetched together; never empty. */
type Span = readonly PlacedFrame[];

function placed(frames: readonly Frame[]): PlacedFrame[] {
  let at = 0;
  let offset = 0;
  return frames.map((frame) => {
    const place = { ...frame, at, offset };
    at += frame.packedBytes;
    offset += frame.bytes;
    return place;
  });
}

function spansOf(frames: readonly PlacedFrame[]): Span[] {
  const spans: PlacedFrame[][] = [];
  for (const frame of frames) {
    const last = spans.at(-1);
    if (last === undefined || lengthOf(last) + frame.packedBytes > FETCH_BYTES) spans.push([frame]);
    else last.push(frame);
  }
  return spans;
}

function startOf(span: Span): number {
  return span[0]?.at ?? 0;
}

function lengthOf(span: Span): number {
  const last = span.at(-1);
  return last === undefined ? 0 : last.at + last.packedBytes - startOf(span);
}

async function unpacked(log: ArchivedLog, frame: PlacedFrame, from: Uint8Array): Promise<Uint8Array> {
  const packed = from.subarray(0, frame.packedBytes);
  if (!createHash('sha256').update(packed).digest().equals(frame.sha256))
    throw damaged(log, `has wrong bytes for bytes ${frame.offset} to ${frame.offset + frame.bytes} of the log`);
  return decompress(packed, { maxOutputLength: frame.bytes });
}

function damaged({ store, object, bytes, sha256 }: ArchivedLog, what: string): Failure {
  return new Failure(
    'log-damaged',
    `the archived log of ${bytes} bytes with sha256 ${sha256} is damaged: object ${object} of ${store} ${what}`,
  );
}
