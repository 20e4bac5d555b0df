import { closingFigures } from './pytest-figures.ts';
import { itemResult, letterResults, splitColumn } from './pytest-result.ts';

/** The title of the first rule. */
export const START = 'test session starts';
const SECTIONS = [
  'ERRORS',
  'FAILURES',
  'PASSES',
  'XPASSES',
  'warnings summary',
  'rerun test summary info',
  'short test summary info',
] as const;
/** The section that names what failed. */
export const NAMES: (typeof SECTIONS)[number] = 'short test summary info';
/** Shorter rules of `=` are not pytest's: it fills the terminal, 80 columns when there is none. */
export const MIN_RULE = 40;

/** The title that a rule of some sign is drawn around. */
export function strip(text: string, rule: string): string {
  let from = 0;
  let to = text.length;
  while (text[from] === rule) from += 1;
  while (to > from && text[to - 1] === rule) to -= 1;
  return text.slice(from, to).trim();
}

/** `==== test session starts ====` */
export function isStart(text: string): boolean {
  return text.startsWith('====') && text.length >= MIN_RULE && strip(text, '=') === START;
}

/** Wide characters fill two columns, so a length says nothing about the width of such a line. */
export function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

/** The first line of a quiet run: letters, or a named result, up to a progress column at the right edge. */
export function isQuietLine(text: string): boolean {
  if (text.length < MIN_RULE || !text.endsWith(']')) return false;
  const { body, column } = splitColumn(text);
  if (!column) return false;
  const letters = letterResults(body);
  return (
    (letters !== undefined && letters !== 'mixed' && letters.length > 0) || itemResult(body)?.id.includes('::') === true
  );
}

/** With `-q` and no complete line of letters, the first sure sign is a section. */
export function isSection(text: string): boolean {
  const title = text.length >= MIN_RULE ? strip(text, '=') : '';
  return isSectionTitle(title);
}

/** The last line, which is all that `pytest | tail -1` leaves: with the exit code of `tail`. */
export function isClosing(text: string): boolean {
  return text.length >= MIN_RULE && closingFigures(strip(text, '=')) !== undefined;
}

/** Whether pytest has a section of that title behind the results. */
export function isSectionTitle(title: string): boolean {
  return SECTIONS.some((section) => section === title);
}
