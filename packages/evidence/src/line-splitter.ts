/** Longest part of a line that is looked at, in UTF-16 units; no test tool writes a result that long. */
export const MAX_LINE = 64 * 1024;
const BLOCK_BYTES = 64 * 1024;
const CARRIAGE_RETURN = 0x0d;

/**
 * Bytes to lines, at any chunk boundaries. Of a line longer than {@link MAX_LINE} the head is delivered and the rest is
 * skipped without being kept, so memory does not depend on the input. Bytes that are not UTF-8 become U+FFFD.
 */
export class LineSplitter {
  readonly #deliver: (line: string) => void;
  readonly #decoder = new TextDecoder();
  #head = '';

  constructor(deliver: (line: string) => void) {
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
    return finish(this.#head);
  }

  #split(text: string): void {
    const escapes = text.includes('\u001b') || this.#head.includes('\u001b');
    const returns = text.includes('\r') || this.#head.includes('\r');
    const clean = escapes || returns ? finish : (line: string) => line;
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      this.#deliver(clean(this.#take(text, from, to)));
      from = to + 1;
    }
    if (from < text.length) this.#head = this.#take(text, from, text.length);
  }

  #take(text: string, from: number, to: number): string {
    const room = MAX_LINE - this.#head.length;
    const line = this.#head + text.slice(from, Math.min(to, from + room));
    this.#head = '';
    return line;
  }
}

/** What a terminal would show of a line: without control sequences, and of overwritten text only the last version. */
function finish(line: string): string {
  const plain = line.includes('\u001b') ? stripControlSequences(line) : line;
  let end = plain.length;
  while (end > 0 && plain.charCodeAt(end - 1) === CARRIAGE_RETURN) end -= 1;
  return end === 0 ? '' : plain.slice(plain.lastIndexOf('\r', end - 1) + 1, end);
}

/** Removes CSI (colours, cursor) and OSC (titles, progress) sequences, ECMA-48 §5.4 and §8.3.89. */
function stripControlSequences(line: string): string {
  let plain = '';
  let from = 0;
  for (let at = line.indexOf('\u001b'); at !== -1; at = line.indexOf('\u001b', from)) {
    plain += line.slice(from, at);
    from = sequenceEnd(line, at + 1);
  }
  return plain + line.slice(from);
}

function sequenceEnd(line: string, at: number): number {
  if (line[at] === '[') {
    let end = at + 1;
    while (end < line.length && !isFinalByte(line.charCodeAt(end))) end += 1;
    return end + 1;
  }
  if (line[at] === ']') {
    let end = at + 1;
    while (end < line.length && line[end] !== '\u0007' && line[end] !== '\u001b') end += 1;
    return line[end] === '\u001b' ? end + 2 : end + 1;
  }
  return at + 1;
}

function isFinalByte(code: number): boolean {
  return code >= 0x40 && code <= 0x7e;
}
