import { SIGNAL_WORDS, type LogSignal, type LogSignals, type SignalKind } from './signals.ts';
import { WordFinder } from './word-finder.ts';

const ENTRIES = Object.entries(SIGNAL_WORDS).flatMap(([kind, words]) =>
  words.map((word) => [kind as SignalKind, word] as const),
);
const FINDER = new WordFinder(ENTRIES.map(([, word]) => word));

/** How much of the end is kept as text, and how much around a signal is shown, in bytes. */
const TAIL_BYTES = 16 * 1024;
const LINE_BYTES = 240;
const NEWLINE = 0x0a;

/** Reads a log from any place to its end, in any chunks, for the signals in it; the memory it takes does not depend on the log. */
export class LogScanner {
  readonly #found = new Map<SignalKind, LogSignal>();
  #bytes = 0;
  #tail: Uint8Array = new Uint8Array();

  write(chunk: Uint8Array): void {
    // The end of what was before goes along, so that a word over the edge is found and its line is whole.
    const kept = this.#tail.subarray(-Math.max(FINDER.longest, LINE_BYTES));
    const block = concat(kept, chunk);
    const before = this.#bytes - kept.length;
    FINDER.find(block, kept.length, (word, start, end) => this.#note(word, block, { start, end, before }));
    this.#bytes += chunk.length;
    this.#tail =
      chunk.length >= TAIL_BYTES ? chunk.slice(-TAIL_BYTES) : concat(this.#tail, chunk).subarray(-TAIL_BYTES);
  }

  end(): LogSignals {
    const found = [...this.#found.values()].sort((a, b) => b.count - a.count);
    const text = new TextDecoder().decode(this.#tail);
    return { bytes: this.#bytes, found, tail: text.split('\n').map(plain) };
  }

  #note(word: number, block: Uint8Array, at: { start: number; end: number; before: number }): void {
    const kind = ENTRIES[word]?.[0];
    if (kind === undefined) return;
    const known = this.#found.get(kind);
    const offset = at.before + at.start;
    // Two words of one kind in one line tell one thing.
    const again = known !== undefined && block.lastIndexOf(NEWLINE, at.start) < known.lastAt - at.before;
    this.#found.set(kind, {
      kind,
      count: (known?.count ?? 0) + (again ? 0 : 1),
      firstAt: known?.firstAt ?? offset,
      lastAt: offset,
      line: lineAround(block, at.start, at.end),
    });
  }
}

function concat(head: Uint8Array, rest: Uint8Array): Uint8Array {
  const both = new Uint8Array(head.length + rest.length);
  both.set(head);
  both.set(rest, head.length);
  return both;
}

function lineAround(block: Uint8Array, start: number, end: number): string {
  const from = Math.max(block.lastIndexOf(NEWLINE, start - 1) + 1, end - LINE_BYTES);
  const newline = block.indexOf(NEWLINE, end);
  const to = Math.min(newline === -1 ? block.length : newline, from + LINE_BYTES);
  return plain(new TextDecoder().decode(block.subarray(from, to)));
}

/** Without colours and carriage returns, as a person would read it. */
function plain(line: string): string {
  return line.replace(/\u001b\[[0-9;]*[A-Za-z]/g, '').trimEnd();
}
