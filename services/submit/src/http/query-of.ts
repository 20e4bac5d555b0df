import { nearest, type Problem } from '@lacuna/contracts';
import { invalidQuery } from '../read-model/list-query.ts';

/** The parameters of a request by name. Throws `Failure('invalid-query')` for those that the route does not know. */
export function queryOf<N extends string>(
  { url }: { readonly url: string },
  known: readonly N[],
): ReadonlyMap<N, readonly string[]> {
  const found = new Map<N, string[]>();
  const start = url.indexOf('?');
  if (start < 0) return found;
  const problems: Problem[] = [];
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    const parameter = known.find((one) => one === name);
    if (parameter === undefined) problems.push({ where: name, message: unknownParameter(name, known) });
    else found.set(parameter, [...(found.get(parameter) ?? []), value]);
  }
  if (problems.length > 0) throw invalidQuery(problems);
  return found;
}

/** The last value of a parameter; undefined when it is absent. */
export function lastOf<N extends string>(query: ReadonlyMap<N, readonly string[]>, name: N): string | undefined {
  return query.get(name)?.at(-1);
}

function unknownParameter(name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  const list = known.length === 0 ? 'this route has none' : `known: ${known.join(', ')}`;
  return `unknown parameter${guess === undefined ? '' : `; did you mean "${guess}"?`} (${list})`;
}
