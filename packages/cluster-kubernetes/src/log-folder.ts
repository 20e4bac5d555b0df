import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf } from './api-response.ts';
import { readAnswer, type KubeConnection } from './kube-connection.ts';
import { isSameLog, logFilesIn, packedName, unpackedName, type LogFiles } from './log-files.ts';

type File = AsyncIterable<Uint8Array>;

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
   * All its files as they are now, the oldest first, each to be read before the next; undefined when there is no log of one container alone. Rejects when
   * the kubelet does not give them.
   */
  async files(signal: AbortSignal): Promise<AsyncIterable<File> | undefined> {
    let files = await this.#look(signal);
    for (let look = 1; files !== undefined && look <= MOST_LOOKS; look++) {
      const over = new AbortController();
      const current = await this.#open(files.current, AbortSignal.any([signal, over.signal]));
      // An open file stays what it is when it is rotated. Which one it is shows only when nothing was rotated before and after it was opened.
      const after = await this.#look(signal);
      if (current !== undefined && after !== undefined && isSameLog(files, after))
        return this.#inTurn(files, current, over, signal);
      over.abort();
      files = after;
    }
    if (files !== undefined) throw new Error(`${this.#path} was rotated again and again while it was opened`);
    return undefined;
  }

  async *#inTurn(
    { rotated }: LogFiles,
    current: File,
    over: AbortController,
    signal: AbortSignal,
  ): AsyncGenerator<File> {
    try {
      for (const name of rotated) yield await this.#openRotated(name, AbortSignal.any([signal, over.signal]));
      yield current;
    } finally {
      over.abort();
    }
  }

  /** Rejects when it is gone: what comes behind it would pass for the beginning. */
  async #openRotated(name: string, signal: AbortSignal): Promise<File> {
    const isPlain = unpackedName(name) === undefined;
    const plain = isPlain ? await this.#open(name, signal) : undefined;
    if (plain !== undefined) return plain;
    const packed = await this.#open(isPlain ? packedName(name) : name, signal);
    if (packed === undefined) throw new Error(`${this.#path}${name} is gone`);
    // What breaks the one breaks the other, and whoever reads it.
    return pipeline(packed, createGunzip(), () => {});
  }

  async #look(signal: AbortSignal): Promise<LogFiles | undefined> {
    const answer = await this.#kubelet.call({ path: this.#path, isFile: true }, signal);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new Error(`${this.#path}: ${messageOf(answer)}`);
    return logFilesIn(String(answer.body));
  }

  /** Undefined when there is no such file. */
  async #open(name: string, signal: AbortSignal): Promise<File | undefined> {
    const path = this.#path + name;
    const silence = new AbortController();
    const timer = setTimeout(
      () => silence.abort(new Error(`${path}: no answer within ${ANSWERS_WITHIN_MS} ms`)),
      ANSWERS_WITHIN_MS,
    );
    const asked = this.#kubelet.open('logs', { path, isFile: true }, AbortSignal.any([signal, silence.signal]));
    const response = await asked.finally(() => clearTimeout(timer));
    if (response.status === 200) return response.body;
    const answer = await readAnswer(response);
    if (answer.status === 404) return undefined;
    throw new Error(`${path}: ${messageOf(answer)}`);
  }
}
