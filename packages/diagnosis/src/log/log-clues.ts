/** Of no use beside one that is named. */
const UNNAMED_PORT = 'a port';

/** What programs print when somebody else has what they want, or there is not enough of it for both. */
const CLUES: readonly (readonly [pattern: RegExp, what: (match: RegExpExecArray) => string])[] = [
  [/(?:EADDRINUSE|address already in use).*?:(\d{1,5})\b(?!\.)/i, ([, port]) => `port ${port}`],
  [/on address \([^)]{1,80}, (\d{1,5})\).{0,40}already in use/i, ([, port]) => `port ${port}`],
  [/EADDRINUSE|address already in use/i, () => UNNAMED_PORT],
  [/database (?:table )?is locked|deadlock detected|could not obtain lock|lock wait timeout/i, () => 'a database lock'],
  [/(?:EBUSY|EEXIST|ETXTBSY)[^'"]*['"]([^'"]{1,200})['"]/, ([, path]) => `file ${path}`],
  [/File exists: ['"]([^'"]{1,200})['"]/, ([, path]) => `file ${path}`],
  [/['"\u2018]([^'"\u2019]{1,200})['"\u2019]: File exists/, ([, path]) => `file ${path}`],
  [/Resource temporarily unavailable|could not acquire lock|lock is held/i, () => 'a lock'],
  [/ENOSPC|no space left on device/i, () => 'disk space'],
  [/EMFILE|too many open files/i, () => 'file descriptors'],
  [/\bENOMEM\b|cannot allocate memory|heap out of memory/i, () => 'memory'],
  [/\b429\b.{0,40}too many requests|too many requests|rate limit exceeded/i, () => 'a rate limit'],
  [
    /too many (?:clients|connections)|QueuePool limit|pool exhausted|connection pool is full/i,
    () => 'a connection pool',
  ],
  [/ECONNRESET|ECONNREFUSED|connection (?:reset|refused)|socket hang up/i, () => 'connections that were not let in'],
];

/** Longest part of a line that is looked at, and most different things that are kept. */
const LONGEST_LINE = 2_000;
const MOST = 20;

/** What a log says was fought for: ports, files, locks, space. A hint for people, never evidence of anything. */
export class LogClues {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #found = new Set<string>();
  #rest = '';

  /** Different things, in the order in which they were met first. A last line without an end counts. */
  end(): readonly string[] {
    this.#line(this.#rest);
    this.#rest = '';
    const all = [...this.#found];
    return all.some((one) => one.startsWith('port ')) ? all.filter((one) => one !== UNNAMED_PORT) : all;
  }

  write(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, LONGEST_LINE);
    for (const line of lines) this.#line(line.slice(0, LONGEST_LINE));
  }

  #line(line: string): void {
    if (this.#found.size >= MOST) return;
    for (const [pattern, what] of CLUES) {
      const match = pattern.exec(line);
      if (match === null) continue;
      this.#found.add(what(match));
      return;
    }
  }
}
