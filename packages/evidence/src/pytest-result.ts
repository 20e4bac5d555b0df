import type { Outcome } from './tally.ts';

export type PytestOutcome = Outcome | 'none' | 'failed subtest';

/**
 * What pytest's words count as. An expected failure was not judged as a pass (JUnit XML calls it skipped, too), an unexpected
 * pass is a pass unless strict (then pytest says FAILED), a rerun is no result.
 */
const WORDS: ReadonlyMap<string, PytestOutcome> = new Map<string, PytestOutcome>([
  ['PASSED', 'passed'],
  ['FAILED', 'failed'],
  ['ERROR', 'errored'],
  ['SKIPPED', 'skipped'],
  ['XFAIL', 'skipped'],
  ['XPASS', 'passed'],
  ['RERUN', 'none'],
  ['SUBPASSED', 'none'],
  ['SUBPASS', 'none'],
  ['SUBSKIPPED', 'none'],
  ['SUBSKIP', 'none'],
  ['SUBFAILED', 'failed subtest'],
  ['SUBFAIL', 'failed subtest'],
]);
const WITH_REASON = ['SKIPPED', 'XFAIL', 'XPASS', 'SUBPASSED', 'SUBSKIPPED', 'SUBFAILED'] as const;
/** What the words end with, to pass over other lines quickly. */
const WORD_ENDS = 'DRLSNP';
const LETTERS: ReadonlyMap<string, PytestOutcome> = new Map<string, PytestOutcome>([
  ['.', 'passed'],
  ['F', 'failed'],
  ['E', 'errored'],
  ['s', 'skipped'],
  ['x', 'skipped'],
  ['X', 'passed'],
  ['R', 'none'],
  [',', 'none'],
  ['-', 'none'],
  ['u', 'failed subtest'],
]);

/** Cuts off the progress column at the right edge: `[ 12%]`, `[ 3/25]` or a duration. */
export function splitColumn(text: string): { body: string; column: boolean } {
  const trimmed = text.trimEnd();
  const last = trimmed.charAt(trimmed.length - 1);
  if (last !== ']' && last !== 's') return { body: trimmed, column: false };
  const at = last === ']' ? trimmed.lastIndexOf('[') : trimmed.lastIndexOf(' ') + 1;
  const column = at > 0 && trimmed.length - at <= MAX_COLUMN && isColumn(trimmed.slice(at));
  return { body: column ? trimmed.slice(0, at).trimEnd() : trimmed, column };
}

/** `[12345/12345]` and some room. */
const MAX_COLUMN = 16;

function isColumn(text: string): boolean {
  return /^\[ *\d+(?:%|\/\d+)\]$/.test(text) || /^\d+\.\d+(?:us|ms|s)$/.test(text);
}

/** Reads `path::name OUTCOME` or `path::name OUTCOME (reason)` from the right, because a name may hold spaces and outcomes. */
export function itemResult(body: string): { id: string; outcome: PytestOutcome } | undefined {
  const space = body.lastIndexOf(' ');
  const last = WORDS.get(body.slice(space + 1));
  if (last !== undefined && space > 0) return { id: body.slice(0, space), outcome: last };
  if (!body.endsWith(')')) return undefined;
  for (const word of WITH_REASON) {
    const at = Math.max(body.lastIndexOf(` ${word} (`), body.lastIndexOf(` ${word}[`));
    const outcome = WORDS.get(word);
    if (at > 0 && outcome !== undefined) return { id: body.slice(0, at), outcome };
  }
  return undefined;
}

/** Reads a line of xdist: `[gw0] [ 12%] PASSED path::name`, without the column when output is not captured. */
export function workerResult(text: string): { worker: string; id: string; outcome: PytestOutcome } | undefined {
  const worker = text.slice(1, text.indexOf(']'));
  let from = worker.length + 3;
  if (text[from] === '[') from = text.indexOf(']', from) + 2;
  const space = text.indexOf(' ', from);
  const outcome = space === -1 ? undefined : WORDS.get(text.slice(from, space));
  return outcome === undefined || worker.length > 8 ? undefined : { worker, outcome, id: text.slice(space + 1).trim() };
}

/** The outcome that a line ends with, even glued to what the test printed. */
export function trailingOutcome(body: string): PytestOutcome | undefined {
  const last = body.charAt(body.length - 1);
  if (last === ')') return WORDS.get(WITH_REASON.find((word) => body.includes(`${word} (`)) ?? '');
  if (!WORD_ENDS.includes(last)) return undefined;
  return Array.from(WORDS).find(([word]) => body.endsWith(word))?.[1];
}

/** The node id that a line begins with. Only what stands in brackets, a parameter, may hold spaces. */
export function leadingId(text: string): string {
  const space = text.indexOf(' ', text.indexOf('::'));
  if (space === -1) return text;
  const bracket = text.indexOf('[');
  if (bracket === -1 || bracket > space) return text.slice(0, space);
  const close = text.lastIndexOf(']');
  return close > bracket ? text.slice(0, close + 1) : text.trimEnd();
}

/** Reads `path.py ..F.` or a continuation `..F.`; `mixed` when a path is followed by something that is no result. */
export function letterResults(body: string): readonly PytestOutcome[] | 'mixed' | undefined {
  let from = body.length;
  while (from > 0 && LETTERS.has(body.charAt(from - 1))) from -= 1;
  if (from === 0) return outcomes(body);
  const space = body.indexOf(' ');
  const isPath = space > 0 && body.lastIndexOf('.', space) > 0;
  if (isPath && space === from - 1) return outcomes(body.slice(from));
  return isPath && body.slice(0, space).endsWith('.py') ? 'mixed' : undefined;
}

function outcomes(letters: string): PytestOutcome[] {
  return Array.from(letters, (letter) => LETTERS.get(letter) ?? 'none');
}
