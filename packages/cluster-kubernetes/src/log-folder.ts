import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf } from './api-response.ts';
import { readAnswer, type KubeConnection } from './kube-connection.ts';
import { CURRENT_FILE, isSameLog, packedName, rotatedFilesIn, unpackedName } from './log-files.ts';

type File = AsyncIterable<Uint8Array>;

/** A byte of one of the two newest files of a log. */
export interface FilePlace {
  readonly file: 'current' | 'previous';
  readonly at: number;
}

/** Files of a log, the oldest first, each to be read before the next. */
interface Opened {
  readonly rotated: readonly string[];
  /** From where on the first of them is read. */
  readonly from: number;
  readonly current: File;
}

/** A file is there or not. Milliseconds. */
const ANSWERS_WITHIN_MS = 10_000;
/** A kubelet looks for logs to rotate every ten seconds, so the second look finds no other rotation. */
const MOST_LOOKS = 3;

/** The folder with the log of one container, as the file server of its node's kubelet has it. */
export class LogFolder {
  readonly #kubelet: KubeConnection;
  readonly #path: string;

  constructor(kubelet: KubeConnection, path: string) {
    this.#kubelet = kubelet;
    this.#path = path;
  }

  /**
   * All its files as they are now, the oldest first, each to be read before the next; or only what comes from a place on, and whether that is the place which
   * is meant is for the reader to see. Undefined when there is no log of one container alone, or no such file. Rejects when the kubelet does not give them.
   */
  async files(from: FilePlace | undefined, signal: AbortSignal): Promise<AsyncIterable<File> | undefined> {
    if (from?.file !== 'current') return this.#filesFrom(from?.at, signal);
    const over = new AbortController();
    const current = await this.#open(CURRENT_FILE, from.at, AbortSignal.any([signal, over.signal]));
    return current && this.#inTurn({ rotated: [], from: 0, current }, over, signal);
  }

  /** `previous`: from which byte of the file before the current one; by default all that there is. */
  async #filesFrom(previous: number | undefined, signal: AbortSignal): Promise<AsyncIterable<File> | undefined> {
    // Most logs were never rotated: for those one look is enough.
    let rotated = previous === undefined ? [] : await this.#look(signal);
    for (let look = 1; rotated !== undefined && look <= MOST_LOOKS; look++) {
      if (previous !== undefined && rotated.length === 0) return undefined;
      const over = new AbortController();
      const current = await this.#open(CURRENT_FILE, 0, AbortSignal.any([signal, over.signal]));
      // An open file stays what it is when it is rotated. Which one it is shows only when nothing was rotated before and after it was opened.
      const after = await this.#look(signal);
      if (current !== undefined && after !== undefined && isSameLog(rotated, after)) {
        const wanted = previous === undefined ? rotated : rotated.slice(-1);
        return this.#inTurn({ rotated: wanted, from: previous ?? 0, current }, over, signal);
      }
      over.abort();
      rotated = after;
    }
    if (rotated !== undefined) throw new Error(`${this.#path} was rotated again and again while it was opened`);
    return undefined;
  }

  async *#inTurn({ rotated, from, current }: Opened, over: AbortController, signal: AbortSignal): AsyncGenerator<File> {
    const end = AbortSignal.any([signal, over.signal]);
    try {
      for (const [at, name] of rotated.entries()) yield await this.#openRotated(name, at === 0 ? from : 0, end);
      yield current;
    } finally {
      over.abort();
    }
  }

  /** Rejects when it is gone: what comes behind it would pass for the beginning. */
  async #openRotated(name: string, from: number, signal: AbortSignal): Promise<File> {
    const isPlain = unpackedName(name) === undefined;
    const plain = isPlain ? await this.#open(name, from, signal) : undefined;
    if (plain !== undefined) return plain;
    const packed = await this.#open(isPlain ? packedName(name) : name, 0, signal);
    if (packed === undefined) throw new Error(`${this.#path}${name} is gone`);
    // What breaks the one breaks the other, and whoever reads it.
    return behind(
      from,
      pipeline(packed, createGunzip(), () => {}),
    );
  }

  async #look(signal: AbortSignal): Promise<readonly string[] | undefined> {
    const answer = await this.#kubelet.call({ path: this.#path, file: {} }, signal);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Error(`${this.#path}: ${messageOf(answer)}`);
    return rotatedFilesIn(String(answer.body));
  }

  /** A file from a byte on, which may be behind its end. Undefined when there is no such file. */
  async #open(name: string, from: number, signal: AbortSignal): Promise<File | undefined> {
    const path = this.#path + name;
    const silence = new AbortController();
    const timer = setTimeout(
      () => silence.abort(new Error(`${path}: no answer within ${ANSWERS_WITHIN_MS} ms`)),
      ANSWERS_WITHIN_MS,
    );
    const file = from === 0 ? {} : { from };
    const asked = this.#kubelet.open('logs', { path, file }, AbortSignal.any([signal, silence.signal]));
    const response = await asked.finally(() => clearTimeout(timer));
    if (response.status === 206) return response.body;
    // All of it: nothing else was asked for, or the server knows of no ranges.
    if (response.status === 200) return behind(from, response.body);
    const answer = await readAnswer(response);
    if (answer.status === 404) return undefined;
    if (answer.status === 416) return behind(0, []);
    throw new Error(`${path}: ${messageOf(answer)}`);
  }
}

/** What a file has from a byte on. */
async function* behind(from: number, file: AsyncIterable<Uint8Array> | []): AsyncGenerator<Uint8Array> {
  let skip = from;
  for await (const bytes of file) {
    if (skip < bytes.length) yield bytes.subarray(skip);
    skip = Math.max(0, skip - bytes.length);
  }
}
