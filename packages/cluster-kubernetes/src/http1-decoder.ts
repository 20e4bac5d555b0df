/** What a server says before the content of a response. Names of headers are in lower case; one that came twice has both values, with a comma between. */
export interface Http1Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** How much may come at a stretch that is no content. As Node allows for headers, and four times. Bytes. */
const MAX_LINES_BYTES = 64 * 1024;
const NEWLINE = 0x0a;
/** HTTP/1.0 has no interim responses. */
const STATUS_LINE = /^HTTP\/1\.(?:1|0(?= [2-9])) ([1-9]\d\d)(?: [\t -~\u0080-\u00ff]*)?$/;
const HEADER = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([\t -~\u0080-\u00ff]*?)[ \t]*$/;
const LENGTH = /^\d{1,15}$/;
const CHUNK_SIZE = /^([\da-f]{1,12})(?:;[\w-]+(?:=[\w-]+)?)*$/i;

/**
 * Takes one response to a GET apart as it comes, however it was cut (RFC 9112), without copying its content. Stricter than the standard where a
 * mistake could pass for the end of the content.
 */
export class Http1Decoder {
  readonly #give: (content: Buffer) => void;
  /** What the next line is; `none` when the content ends without one. */
  #next: 'status' | 'header' | 'chunk size' | 'end of chunk' | 'trailer' | 'none' = 'status';
  /** What came of that line. */
  #line = '';
  /** Bytes of content that come before it. */
  #left = 0;
  /** Bytes of lines since the latest content. */
  #linesBytes = 0;
  #status = 0;
  #headers: Record<string, string> = {};
  #isWhole = false;
  #head: Http1Head | undefined;

  /** `give` gets the content in order, as parts of what is taken in. */
  constructor(give: (content: Buffer) => void) {
    this.#give = give;
  }

  /** Undefined before all of it came. */
  get head(): Http1Head | undefined {
    return this.#head;
  }

  /** All of the response came. What comes behind it is none of it. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Takes in what came next. Throws when it is no HTTP/1. */
  take(bytes: Buffer): void {
    for (let at = 0; at < bytes.length && !this.#isWhole;)
      at = this.#left > 0 ? this.#takeContent(bytes, at) : this.#takeLine(bytes, at);
  }

  /** The connection has ended, which is how a response ends that has no length. */
  end(): void {
    if (this.#left === Infinity) this.#isWhole = true;
  }

  #takeContent(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#left);
    this.#give(bytes.subarray(at, end));
    this.#left -= end - at;
    this.#linesBytes = 0;
    this.#isWhole = this.#left === 0 && this.#next === 'none';
    return end;
  }

  #takeLine(bytes: Buffer, at: number): number {
    const newline = bytes.indexOf(NEWLINE, at);
    const end = newline === -1 ? bytes.length : newline + 1;
    this.#linesBytes += end - at;
    if (this.#linesBytes > MAX_LINES_BYTES) throw new Error('a response of HTTP/1.1 has too long lines, or too many');
    this.#line += bytes.toString('latin1', at, end);
    if (newline === -1) return end;
    const line = this.#line;
    this.#line = '';
    if (!line.endsWith('\r\n')) this.#refuse(line);
    this.#read(line.slice(0, -2));
    return end;
  }

  #read(line: string): void {
    switch (this.#next) {
      case 'status':
        this.#status = Number(this.#match(STATUS_LINE, line)[1]);
        this.#next = 'header';
        break;
      case 'header':
        if (line === '') this.#beginContent();
        else this.#addHeader(line);
        break;
      case 'chunk size':
        this.#left = Number.parseInt(this.#match(CHUNK_SIZE, line)[1] ?? '', 16);
        this.#next = this.#left === 0 ? 'trailer' : 'end of chunk';
        break;
      case 'end of chunk':
        if (line !== '') this.#refuse(line);
        this.#next = 'chunk size';
        break;
      default:
        if (line !== '') this.#match(HEADER, line);
        this.#isWhole = line === '';
    }
  }

  #addHeader(line: string): void {
    const [, name = '', value = ''] = this.#match(HEADER, line);
    const key = name.toLowerCase();
    const before = this.#headers[key];
    this.#headers[key] = before === undefined ? value : `${before}, ${value}`;
  }

  #beginContent(): void {
    const { 'transfer-encoding': coding, 'content-length': length } = this.#headers;
    const status = this.#status;
    if (status === 101) throw new Error('a server changed the protocol, and was not asked to');
    if (status < 200) {
      // An interim response, which says nothing.
      this.#headers = {};
      this.#next = 'status';
      return;
    }
    this.#head = { status, headers: this.#headers };
    if (coding !== undefined && coding.toLowerCase() !== 'chunked') this.#refuse(coding);
    this.#next = coding === undefined ? 'none' : 'chunk size';
    if (status === 204 || status === 304) this.#isWhole = true;
    else if (coding === undefined)
      this.#left = length === undefined ? Infinity : Number(this.#match(LENGTH, length)[0]);
    this.#isWhole ||= this.#next === 'none' && this.#left === 0;
  }

  #match(pattern: RegExp, line: string): RegExpExecArray {
    return pattern.exec(line) ?? this.#refuse(line);
  }

  #refuse(line: string): never {
    throw new Error(`not HTTP/1.1 (${this.#next}): ${JSON.stringify(line.slice(0, 100))}`);
  }
}
