/** `2026-01-02T03:04:05.000000006Z` or with an offset, as the kubelet puts it before every line, and a space behind it. */
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const MAX_PREFIX = 36;
/** More of an error text than this helps nobody. */
const MAX_TEXT = 2_048;
const NEWLINE = 0x0a;
const SPACE = 0x20;

/** The source wrote about the log instead of the log: an error text in the body of a 200. */
export class LogSourceError extends Error {
  override readonly name = 'LogSourceError';
}

/**
 * The bytes of a log that was asked for with timestamps, without them. They are there only to tell the log from what the kubelet writes
 * about it into the same body: a line without a timestamp is none of the container's, is never passed on, and breaks the stream.
 * The kubelet puts a timestamp exactly where the byte before was a newline, whatever was between, so taking them away loses nothing.
 */
export async function* logText(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const prefix = new LinePrefix();
  for await (const chunk of body) {
    const text = prefix.strip(chunk);
    if (text.length > 0) yield text;
    if (prefix.isForeign) throw new LogSourceError(await foreignText(prefix.rest, body));
  }
  if (prefix.rest.length > 0) throw new LogSourceError(prefix.rest.toString());
}

class LinePrefix {
  /** What came of a line's prefix so far; of a foreign line, what came of it. */
  rest = Buffer.alloc(0);
  isForeign = false;
  #inPrefix = true;

  /** The log's bytes in a chunk; stops at a line that is not the log's. */
  strip(chunk: Uint8Array): Uint8Array {
    const text = Buffer.allocUnsafe(chunk.length + this.rest.length);
    let length = 0;
    let data =
      this.rest.length === 0
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat([this.rest, chunk]);
    this.rest = Buffer.alloc(0);
    while (data.length > 0 && !this.isForeign) {
      if (this.#inPrefix) {
        data = this.#afterPrefix(data);
      } else {
        const newline = data.indexOf(NEWLINE);
        const end = newline < 0 ? data.length : newline + 1;
        length += data.copy(text, length, 0, end);
        data = data.subarray(end);
        this.#inPrefix = newline >= 0;
      }
    }
    return text.subarray(0, length);
  }

  #afterPrefix(data: Buffer): Buffer {
    const space = data.subarray(0, MAX_PREFIX).indexOf(SPACE);
    if (space >= 0 && TIMESTAMP.test(data.toString('latin1', 0, space))) {
      this.#inPrefix = false;
      return data.subarray(space + 1);
    }
    this.isForeign = space >= 0 || data.length >= MAX_PREFIX;
    this.rest = Buffer.from(data);
    return Buffer.alloc(0);
  }
}

async function foreignText(start: Buffer, body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts = [start];
  let length = start.length;
  for await (const chunk of body) {
    parts.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > MAX_TEXT) break;
  }
  return Buffer.concat(parts).toString().trim().slice(0, MAX_TEXT);
}
