import type { EvaluationPage, Phase, Verdict } from '@lacuna/contracts';
import type { Transport } from './transport.ts';

/** What `list` is narrowed to; all of them must hold. */
export interface ListFilters {
  readonly phase?: Phase;
  readonly verdict?: Verdict;
  /** Each must be there with this value. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly name?: string;
  /** Submitted at or after. */
  readonly since?: Date;
  /** Evaluations a page. */
  readonly limit?: number;
  /** Where to go on: `next` of an earlier page. */
  readonly cursor?: string;
  readonly signal?: AbortSignal;
}

/** Pages of evaluations, newest first, fetched as they are asked for. */
export async function* listPages(
  transport: Transport,
  { signal, ...filters }: ListFilters = {},
): AsyncGenerator<EvaluationPage, void, undefined> {
  for (let cursor = filters.cursor, first = true; first || cursor !== undefined; first = false) {
    const query = queryOf(filters, cursor);
    const page = await transport.json<EvaluationPage>({ path: `/v1/evaluations${query}`, signal });
    yield page;
    cursor = page.next;
  }
}

/** The query string of some filters, with its question mark; empty when there are none. */
export function queryOf({ labels, since, limit, ...filters }: Omit<ListFilters, 'signal'>, cursor?: string): string {
  const query = new URLSearchParams();
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) query.append(name, value);
  };
  set('phase', filters.phase);
  set('verdict', filters.verdict);
  for (const [key, value] of Object.entries(labels ?? {})) set('label', `${key}=${value}`);
  set('name', filters.name);
  set('since', since?.toISOString());
  set('limit', limit?.toString());
  set('cursor', cursor);
  return query.size === 0 ? '' : `?${query.toString()}`;
}
