/** An error that ended a program by itself, as its language prints it. */
export interface LastError {
  readonly language: 'python' | 'node' | 'java' | 'go' | 'rust';
  /** The line that names it, such as `ZeroDivisionError: division by zero`. */
  readonly line: string;
}

/** So many lines may follow an error that ended the program: a runtime's farewell, a shell's word. */
const LINES_BEHIND = 6;

/**
 * The uncaught error that a log ends with, if it does. One in the middle, which the program went on after, is not: suites print the
 * tracebacks of tests that fail on purpose. Formats: CPython's traceback, Node's and V8's stack, the JVM's, Go's and Rust's panic.
 */
export function lastError(tail: readonly string[]): LastError | undefined {
  const lines = withoutBlankEnd(tail);
  return python(lines) ?? node(lines) ?? java(lines) ?? panic(lines);
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1]?.trim() === '') end--;
  return lines.slice(0, end);
}

/** The traceback, its indented frames, then the line with the error. */
function python(lines: readonly string[]): LastError | undefined {
  const begin = lines.findLastIndex((line) => line.startsWith('Traceback (most recent call last)'));
  if (begin < 0) return undefined;
  const at = lines.findIndex((line, index) => index > begin && /^[A-Za-z_][\w.]*(:|$)/.test(line));
  return isEnd(lines, at) ? { language: 'python', line: lines[at] ?? '' } : undefined;
}

/** `Error: …`, its frames, and since Node 17 the version as the last line. */
function node(lines: readonly string[]): LastError | undefined {
  const version = lines.findLastIndex((line) => /^Node\.js v\d+/.test(line));
  if (!isEnd(lines, version)) return undefined;
  const at = lines.findLastIndex(
    (line, index) => index < version && /^(Uncaught )?\w*(Error|Exception)\b.*:/.test(line),
  );
  const thrown = lines.findLast((line, index) => index < version && /^\[?Uncaught/.test(line));
  return { language: 'node', line: lines[at] ?? thrown ?? 'an uncaught exception' };
}

function java(lines: readonly string[]): LastError | undefined {
  const at = lines.findLastIndex((line) => line.startsWith('Exception in thread '));
  const framesTo = lines.findLastIndex((line) => /^\s+at |^Caused by: |^\s+\.\.\. \d+ more/.test(line));
  return at >= 0 && isEnd(lines, Math.max(at, framesTo)) ? { language: 'java', line: lines[at] ?? '' } : undefined;
}

/** Go prints its goroutines behind the panic, Rust a note. */
function panic(lines: readonly string[]): LastError | undefined {
  const go = lines.findLastIndex((line) => /^(panic|fatal error): /.test(line));
  if (go >= 0 && lines.slice(go).some((line) => line.startsWith('goroutine '))) {
    const frames = lines.findLastIndex((line) => /^\s+\S+\.go:\d+|^exit status \d+/.test(line));
    return isEnd(lines, Math.max(go, frames)) ? { language: 'go', line: lines[go] ?? '' } : undefined;
  }
  const rust = lines.findLastIndex((line) => /^thread '.*' (\(\d+\) )?panicked at /.test(line));
  return isEnd(lines, rust) ? { language: 'rust', line: lines[rust] ?? '' } : undefined;
}

function isEnd(lines: readonly string[], at: number): boolean {
  return at >= 0 && lines.length - 1 - at <= LINES_BEHIND;
}
