import type { SourcePiece } from '../src/log-text.ts';

/** One step of a container's life, as its log sees it. */
export type LogStep =
  /** The container writes some lines. */
  | { readonly kind: 'write'; readonly lines: readonly string[] }
  /** The kubelet rotates: what was written is in no file that it serves. */
  | { readonly kind: 'rotate' }
  /** As much as follows happens while nobody reads the stream. */
  | { readonly kind: 'stall'; readonly steps: readonly LogStep[] };

export const KUBELET_SAYS = 'unable to retrieve container logs for containerd://x';

/** How a read of the log is spoiled. */
export interface ReadFault {
  /** Ends after so many bytes. */
  readonly cutAfter?: number;
  /** `eof`: in good order, as when the kubelet dies; `reset`: the connection breaks; else this text is in the body (faults L1, L2). */
  readonly by?: 'eof' | 'reset' | typeof KUBELET_SAYS | 'EOF';
  readonly chunkBytes: number;
}

/** As the runtime writes it into the file: a line, or a part of one. */
interface LogRecord {
  readonly stamp: string;
  readonly text: string;
  /** No fault falls here: a stream that breaks between skipping a file and repeating the next has given nobody a sign of it, but for the seal. */
  readonly isSpared?: boolean;
}

const STEP_NS = 1_000;
const LARGE_CHUNK = 65_536;
const END_OF_STEP = new Uint8Array();

/**
 * A model of the kubelet's log API: it serves the current file, follows through a rotation, and after several that it missed opens the newest
 * file once for each (source: `ReadLogs` and `waitLogs` of cri-client, Kubernetes 1.34).
 */
export class LogModel {
  /** All that the container wrote. */
  written = '';
  /** A file was skipped in a stream, and nobody has read the current one to its end since. */
  isSkipPending = false;
  readonly #steps: LogStep[];
  #file: LogRecord[] = [];
  #now = 0;

  constructor(steps: readonly LogStep[]) {
    this.#steps = [...steps];
  }

  get isOver(): boolean {
    return this.#steps.length === 0;
  }

  /** The current file is empty. */
  get servesNothing(): boolean {
    return this.#file.length === 0;
  }

  /** Something happens while nobody reads. */
  live(): void {
    const step = this.#steps.shift();
    if (step !== undefined) this.#do(step);
  }

  /** The chunks of a read. A large one holds all of a step, which may come from several files. */
  async *read(follow: boolean, fault: ReadFault): AsyncGenerator<SourcePiece> {
    const waiting: Uint8Array[] = [];
    try {
      for await (const piece of this.#pieces(follow, fault)) {
        if (piece !== END_OF_STEP) waiting.push(piece);
        if (piece !== END_OF_STEP && fault.chunkBytes >= LARGE_CHUNK) continue;
        if (waiting.length > 0) yield { bytes: Buffer.concat(waiting.splice(0)) };
      }
    } finally {
      if (waiting.length > 0) yield { bytes: Buffer.concat(waiting) };
    }
  }

  async *#pieces(follow: boolean, fault: ReadFault): AsyncGenerator<Uint8Array> {
    const { by = 'eof', cutAfter = Infinity, chunkBytes } = fault;
    let left = cutAfter;
    // The kubelet writes a timestamp where the line before is over, as it has told it to this reader.
    let isNewLine = true;
    for (const record of this.#records(follow)) {
      if (record === undefined) {
        yield END_OF_STEP;
        continue;
      }
      const { stamp, text, isSpared } = record;
      const bytes = Buffer.from(isNewLine ? `${stamp} ${text}` : text);
      isNewLine = text.endsWith('\n');
      // What the kubelet says about a log it says between two records.
      const kept = isSpared !== true && (by === 'eof' || by === 'reset') ? left : bytes.length;
      for (let at = 0; at < Math.min(kept, bytes.length); at += chunkBytes)
        yield bytes.subarray(at, Math.min(kept, at + chunkBytes));
      await Promise.resolve();
      left -= bytes.length;
      if (left <= 0 && isSpared !== true) break;
    }
    if (left > 0 && !follow) this.isSkipPending = false;
    if (left > 0 || by === 'eof') return;
    if (by === 'reset') throw new Error('reset by peer');
    // In the middle of a line only the kubelet's own words can be told from the log.
    yield Buffer.from(isNewLine ? by : KUBELET_SAYS);
  }

  *#records(follow: boolean): Generator<LogRecord | undefined> {
    yield* this.#file;
    yield undefined;
    if (!follow) return;
    for (let seen = this.#file.length; !this.isOver; seen = this.#file.length) {
      const rotated = this.#do(this.#steps.shift() as LogStep);
      // The old file is read to its end, as it was when it was rotated for the first time.
      yield* (rotated[0] ?? this.#file).slice(seen);
      this.isSkipPending ||= rotated.length > 1;
      for (const _ of rotated) yield* this.#file.map((record) => ({ ...record, isSpared: rotated.length > 1 }));
      yield undefined;
    }
  }

  /** Returns the files that were rotated away. */
  #do(step: LogStep): LogRecord[][] {
    switch (step.kind) {
      case 'write':
        for (const line of step.lines) this.#write(line);
        return [];
      case 'rotate': {
        // A line that begins in one file and ends in the next has no timestamp there, or another one. That shows only in the seal.
        if (this.#file.at(-1)?.text.endsWith('\n') === false) this.#write('\n');
        const rotated = this.#file;
        this.#file = [];
        return [rotated];
      }
      case 'stall':
        return step.steps.flatMap((one) => this.#do(one));
    }
  }

  #write(line: string): void {
    this.written += line;
    this.#file.push({ stamp: this.#stamp(), text: line });
  }

  #stamp(): string {
    this.#now += STEP_NS;
    return `2026-01-02T03:04:05.${String(this.#now).padStart(9, '0')}Z`;
  }
}
