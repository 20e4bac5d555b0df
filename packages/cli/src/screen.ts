import type { WriteStream } from 'node:tty';

/** Columns when the output is no terminal: wide enough for a timeline, narrow enough for a CI log. */
const DEFAULT_WIDTH = 100;

/** One output of the process: where text goes, and what it may look like there. */
export class Screen {
  readonly isTerminal: boolean;
  readonly color: boolean;
  readonly #stream: WriteStream;

  constructor(stream: WriteStream, options: { readonly color: boolean }) {
    this.#stream = stream;
    // A pipe does not have it.
    this.isTerminal = 'isTTY' in stream && stream.isTTY;
    this.color = options.color && wantsColor(this.isTerminal, process.env);
  }

  get width(): number {
    return (this.isTerminal ? this.#stream.columns : 0) || DEFAULT_WIDTH;
  }

  get height(): number {
    return (this.isTerminal ? this.#stream.rows : 0) || Infinity;
  }

  /** Resolves when the data is out, so that a slow reader slows the writer down. */
  write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(data, (error) => (error instanceof Error ? reject(error) : resolve()));
    });
  }

  line(text: string): Promise<void> {
    return this.write(`${text}\n`);
  }

  /** One JSON document, on a line of its own. */
  json(value: unknown): Promise<void> {
    return this.line(JSON.stringify(value));
  }
}

/** By the conventions of no-color.org and FORCE_COLOR. */
function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['FORCE_COLOR'] ?? '0') !== '0') return true;
  return isTerminal && env['TERM'] !== 'dumb';
}
