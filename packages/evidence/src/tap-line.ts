import type { Outcome } from './tally.ts';

export interface TapResult {
  readonly kind: 'result';
  readonly depth: number;
  /** Absent in the oldest TAP. */
  readonly number?: number;
  readonly outcome: Outcome;
  readonly name: string;
  /** Its subtests follow in braces. */
  readonly opens: boolean;
}

type TapLine =
  | TapResult
  | { readonly kind: 'plan'; readonly depth: number; readonly count: number }
  | { readonly kind: 'close'; readonly depth: number }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'bail out'; readonly reason: string };

const BAIL_OUT = 'Bail out!';
/** Levels of subtests are four spaces apart (TAP 14). */
const INDENT = 4;
/** Deeper subtests are not read: a bound on memory. */
const MAX_DEPTH = 64;

/** Reads one line of TAP 12 to 14, or of the braces that vitest, tape and others put around subtests. */
export function tapLine(text: string): TapLine | undefined {
  const indent = indentOf(text);
  const depth = indent / INDENT;
  if (!Number.isInteger(depth) || depth > MAX_DEPTH) return undefined;
  switch (text.charAt(indent)) {
    case 'o':
      return text.startsWith('ok', indent) ? result(text, indent + 2, depth, 'passed') : undefined;
    case 'n':
      return text.startsWith('not ok', indent) ? result(text, indent + 6, depth, 'failed') : undefined;
    case '1':
      return plan(text, indent, depth);
    case '}':
      return text.length === indent + 1 ? { kind: 'close', depth } : undefined;
    case '#':
      return depth === 0 && text.startsWith('# ') ? { kind: 'comment', text: text.slice(2) } : undefined;
    case 'B':
      return depth === 0 && text.startsWith(BAIL_OUT)
        ? { kind: 'bail out', reason: text.slice(BAIL_OUT.length).trim() || 'it bailed out' }
        : undefined;
    default:
      return undefined;
  }
}

/** Spaces before the text: the deeper a subtest, the more. */
export function indentOf(text: string): number {
  let indent = 0;
  while (text.charCodeAt(indent) === SPACE) indent += 1;
  return indent;
}

const SPACE = 0x20;

function plan(text: string, at: number, depth: number): TapLine | undefined {
  const count = /^1\.\.(\d{1,9})(?: #.*)?$/.exec(text.slice(at).trimEnd())?.[1];
  return count === undefined ? undefined : { kind: 'plan', depth, count: Number(count) };
}

function result(text: string, at: number, depth: number, verdict: Outcome): TapLine | undefined {
  if (at < text.length && text.charCodeAt(at) !== SPACE) return undefined;
  const opens = text.endsWith(' {') && text.includes(' # ');
  const body = text.slice(at + 1, opens ? -2 : undefined);
  const digits = /^\d{1,9}(?= |$)/.exec(body)?.[0];
  const { name, directive } = splitDirective(body.slice(digits?.length ?? 0));
  const skipped = directive === 'SKIP' || directive === 'TODO';
  const outcome = skipped ? 'skipped' : verdict;
  return { kind: 'result', depth, outcome, name, opens, ...(digits === undefined ? {} : { number: Number(digits) }) };
}

/** A name may hold `\#` and `\\`; an unescaped ` # ` begins the directive. */
function splitDirective(text: string): { name: string; directive: string } {
  const hash = text.lastIndexOf(' # ');
  const isDirective = hash !== -1 && text.charAt(hash - 1) !== '\\';
  const name = (isDirective ? text.slice(0, hash) : text).trim();
  return {
    name: (name.startsWith('- ') ? name.slice(2) : name).replace(/\\([#\\])/g, '$1'),
    directive: isDirective ? text.slice(hash + 3, hash + 7).toUpperCase() : '',
  };
}
