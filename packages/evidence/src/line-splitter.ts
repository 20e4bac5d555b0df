/** Longest part of a line that is looked at, in UTF-16 units; no test tool writes a result that long. */
const MAX_LINE = 64 * 1024;
const BLOCK_BYTES = 64 * 1024;
const CARRIAGE_RETURN = 0x0d;
const NEWLINE = 0x0a;
const ESCAPE = '\u001b';

/**
 * Bytes to lines, at any chunk boundaries. Of a line longer than {@link MAX_LINE} the head is delivered and the rest is
 * skipped without being kept, so memory does not depend on the input. Bytes that are not UTF-8 become U+FFFD.
 */
export class LineSplitter {
  readonly #deliver: (text: string, from: number) => void;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #head = '';

  /** `deliver` gets whole lines as they come, many at once: those of a text that begin at `from` or behind it, and end with a newline. */
  constructor(deliver: (text: string, from: number) => void) {
    this.#deliver = deliver;
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += BLOCK_BYTES) {
      this.#split(this.#decoder.decode(chunk.subarray(at, at + BLOCK_BYTES), { stream: true }));
    }
  }

  /** What stands behind the last newline. */
  end(): string {
    this.#split(this.#decoder.decode());
    return lastVersion(stripControlSequences(this.#head));
  }

  #split(text: string): void {
    const end = text.lastIndexOf('\n') + 1;
    if (end > 0) {
      // Only the line that began before is put together: joined to all of the text, that would be copied.
      const begin = this.#head === '' ? 0 : text.indexOf('\n') + 1;
      if (begin > 0) this.#deliverPlain(`${this.#headWith(text, 0, begin - 1)}\n`, 0);
      this.#head = '';
      if (begin < end) this.#deliverPlain(text, begin);
    }
    this.#head = this.#headWith(text, end, text.length);
  }

  #headWith(text: string, from: number, to: number): string {
    return from < to ? this.#head + text.slice(from, Math.min(to, from + MAX_LINE - this.#head.length)) : this.#head;
  }

  /** Control sequences are taken out of many lines at once: joined line by line, each would have to be copied to be looked at. */
  #deliverPlain(text: string, from: number): void {
    if (!text.includes(ESCAPE) && !text.includes('\r')) return this.#deliver(text, from);
    const lines = stripControlSequences(text.slice(from, text.lastIndexOf('\n') + 1));
    this.#deliver(lines.includes('\r') ? lines.split('\n').map(lastVersion).join('\n') : lines, 0);
  }
}

/** Of text that was overwritten only the last version. */
function lastVersion(line: string): string {
  let end = line.length;
  while (end > 0 && line.charCodeAt(end - 1) === CARRIAGE_RETURN) end -= 1;
  return end === 0 ? '' : line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}

/** Removes CSI (colours, cursor) and OSC (titles, progress) sequences, ECMA-48 §5.4 and §8.3.89. None goes beyond its line. */
function stripControlSequences(text: string): string {
  let plain = '';
  let from = 0;
  for (let at = text.indexOf(ESCAPE); at !== -1; at = text.indexOf(ESCAPE, from)) {
    plain += text.slice(from, at);
    from = sequenceEnd(text, at + 1);
  }
  return plain + text.slice(from);
}

function sequenceEnd(text: string, at: number): number {
  if (text[at] === '[') return endAt(text, at + 1, isFinalByte);
  if (text[at] !== ']') return text.charCodeAt(at) === NEWLINE ? at : at + 1;
  const end = endAt(text, at + 1, (code) => code === BELL || code === ESCAPE_CODE);
  if (text.charCodeAt(end - 1) !== ESCAPE_CODE) return end;
  // Without the backslash that ends it, the next sequence has begun.
  return text[end] === '\\' ? end + 1 : end - 1;
}

/** Behind the first code that ends a sequence, or at the end of the line that cuts it. */
function endAt(text: string, from: number, isEnd: (code: number) => boolean): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== NEWLINE && !isEnd(text.charCodeAt(at))) at += 1;
  return at < text.length && text.charCodeAt(at) !== NEWLINE ? at + 1 : at;
}

function isFinalByte(code: number): boolean {
  return code >= 0x40 && code <= 0x7e;
}

const BELL = 0x07;
const ESCAPE_CODE = 0x1b;
