/** One dispatched server-sent event. `id` is the last one seen on the stream, as the standard has it. */
export interface EventStreamMessage {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Server-sent events from the bytes of a stream, by the rules of the HTML standard (9.2.6). An unfinished last event is dropped. */
export async function* parseEventStream(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<EventStreamMessage, void, undefined> {
  const parser = new EventStreamParser();
  for await (const line of linesOf(body)) {
    const message = parser.line(line);
    if (message !== undefined) yield message;
  }
}

class EventStreamParser {
  #id: string | undefined;
  #event = '';
  #data: string[] = [];

  line(line: string): EventStreamMessage | undefined {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') this.#data.push(value);
    if (field === 'event') this.#event = value;
    if (field === 'id' && !value.includes('\0')) this.#id = value;
    return undefined;
  }

  #dispatch(): EventStreamMessage | undefined {
    const message = { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') };
    const empty = this.#data.length === 0;
    this.#event = '';
    this.#data = [];
    return empty ? undefined : message;
  }
}

/** Lines end with LF, CRLF or CR; a CR at the end of a chunk waits for the next, because an LF may follow. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true });
    const ending = /\r\n|\n|\r(?!$)/g;
    let from = 0;
    for (let match = ending.exec(rest); match !== null; match = ending.exec(rest)) {
      yield rest.slice(from, match.index);
      from = ending.lastIndex;
    }
    rest = rest.slice(from);
  }
}
