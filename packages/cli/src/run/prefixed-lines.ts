import { TerminalFilter } from '../text/terminal-filter.ts';

/** A line that does not end is shown in parts of this length, so that it neither waits nor fills the memory. */
const LONGEST = 8_192;

/** A log as whole lines, each behind the name of its suite, so that several can be shown in turn. Safe for a terminal. */
export class PrefixedLines {
  readonly #prefix: string;
  readonly #filter = new TerminalFilter();
  #rest = '';

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The lines that are whole with this chunk. */
  push(chunk: Uint8Array): string {
    const lines = (this.#rest + this.#filter.push(chunk)).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > LONGEST) {
      lines.push(this.#rest);
      this.#rest = '';
    }
    return this.#show(lines);
  }

  /** What is left, although no line feed came. */
  end(): string {
    const rest = this.#rest + this.#filter.end();
    return this.#show(rest === '' ? [] : [rest]);
  }

  #show(lines: readonly string[]): string {
    return lines.map((line) => `${this.#prefix}${line}\n`).join('');
  }
}
