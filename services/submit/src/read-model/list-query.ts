import { defined, Failure, nearest, PHASES, VERDICTS, type Phase, type Problem, type Verdict } from '@lacuna/contracts';
import { decodeCursor, type Position } from './cursor.ts';

/** What a page of the list is made of; all conditions must hold. */
export interface ListQuery {
  readonly phase?: Phase;
  readonly verdict?: Verdict;
  readonly name?: string;
  /** Submitted at or after: Unix milliseconds. */
  readonly since?: number;
  readonly labels: readonly (readonly [key: string, value: string])[];
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: Position;
}

export const LIST_LIMITS = { page: 100, longestPage: 500 } as const;

const PARAMETERS = ['phase', 'verdict', 'label', 'name', 'since', 'limit', 'cursor'] as const;
type ListParameter = (typeof PARAMETERS)[number];
export const LIST_PARAMETERS: readonly ListParameter[] = PARAMETERS;

type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** The query that parameters ask for; an empty one counts as absent. Throws `Failure('invalid-query')` with all that is wrong. */
export function parseListQuery(parameters: ReadonlyMap<ListParameter, readonly string[]>): ListQuery {
  const problems: Problem[] = [];
  const parsed = <T>(where: ListParameter, text: string, parse: (text: string) => Parsed<T>): T | undefined => {
    const result = parse(text);
    if ('value' in result) return result.value;
    problems.push({ where, message: result.problem });
    return undefined;
  };
  const one = <T>(where: ListParameter, parse: (text: string) => Parsed<T>): T | undefined => {
    const [text = '', ...more] = parameters.get(where) ?? [];
    if (more.length > 0) problems.push({ where, message: 'is given more than once' });
    return text === '' ? undefined : parsed(where, text, parse);
  };
  const query = {
    phase: one('phase', oneOf(PHASES)),
    verdict: one('verdict', oneOf(VERDICTS)),
    name: one('name', (value) => ({ value })),
    since: one('since', parseTime),
    limit: one('limit', parseLimit) ?? LIST_LIMITS.page,
    after: one('cursor', parseCursor),
    labels: (parameters.get('label') ?? []).flatMap((text) => {
      const label = text === '' ? undefined : parsed('label', text, parseLabel);
      return label === undefined ? [] : [label];
    }),
  };
  if (problems.length > 0) throw invalidQuery(problems);
  return defined(query);
}

/** The query as a condition of SQL over the table `evaluation`, with its values. */
export function conditionsOf({ phase, verdict, name, since, labels, after }: ListQuery): {
  readonly condition: string;
  readonly values: (string | number)[];
} {
  const conditions: string[] = ['TRUE'];
  const values: (string | number)[] = [];
  const where = (condition: string, ...given: (string | number)[]): void => {
    conditions.push(condition);
    values.push(...given);
  };
  if (phase !== undefined) where('phase = ?', phase);
  if (verdict !== undefined) where('verdict = ?', verdict);
  if (name !== undefined) where('name = ?', name);
  if (since !== undefined) where('submitted_at >= ?', since);
  if (after !== undefined) where('(submitted_at, id) < (?, ?)', after.submittedAt, after.id);
  for (const [key, value] of labels)
    where('EXISTS (SELECT 1 FROM label WHERE key = ? AND value = ? AND evaluation = evaluation.id)', key, value);
  return { condition: conditions.join(' AND '), values };
}

/** A failure that names every parameter that is wrong. */
export function invalidQuery(problems: readonly Problem[]): Failure {
  const lines = problems.map(({ where, message }) => `${where}: ${message}`);
  return new Failure('invalid-query', lines.join('; '), { problems });
}

function oneOf<T extends string>(values: readonly T[]): (text: string) => Parsed<T> {
  return (text) => {
    const value = values.find((one) => one === text);
    if (value !== undefined) return { value };
    const guess = nearest(text, values);
    return {
      problem: `"${text}" is not one of ${values.join(', ')}${guess === undefined ? '' : `; did you mean "${guess}"?`}`,
    };
  };
}

function parseTime(text: string): Parsed<number> {
  const value = /^\d{4}-\d{2}-\d{2}(T|$)/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(value) ? { problem: 'must be an ISO 8601 time such as 2026-11-23T08:00:00Z' } : { value };
}

function parseLimit(text: string): Parsed<number> {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return value >= 1 && value <= LIST_LIMITS.longestPage
    ? { value }
    : { problem: `must be a whole number from 1 to ${LIST_LIMITS.longestPage}` };
}

function parseCursor(text: string): Parsed<Position> {
  const value = decodeCursor(text);
  return value === undefined ? { problem: 'is not a cursor; take it from `next` of the page before' } : { value };
}

function parseLabel(text: string): Parsed<readonly [string, string]> {
  const split = text.indexOf('=');
  return split < 1
    ? { problem: `"${text}" is not of the form key=value` }
    : { value: [text.slice(0, split), text.slice(split + 1)] };
}
