import type { Client } from '@lacuna/client';
import { Failure, isEvaluationId, type EvaluationSummary } from '@lacuna/contracts';
import { usageError } from './usage-error.ts';

/** How many of the newest evaluations a prefix is looked for among, and how many are asked for at once. */
const SEARCHED = 2_000;
const PAGE = 100;
/** Most candidates that an error lists. */
const SHOWN = 5;

/** How ids may be given; for the help of commands. */
export const ID_HELP = 'id of an evaluation, its first characters, or @latest';

/** The evaluation that a person means: by its id, by the first characters of it, or `@latest`. */
export async function resolveId(client: Client, text: string): Promise<string> {
  if (isEvaluationId(text)) return text;
  if (text === '@latest') return latest(client);
  const prefix = /^(?:ev-)?([0-9a-z]{1,26})$/.exec(text.toLowerCase())?.[1];
  if (prefix === undefined)
    throw usageError(`"${text}" is no evaluation id; give one such as ev-3k9f2a, its first characters, or @latest`);
  return byPrefix(client, `ev-${prefix}`);
}

async function latest(client: Client): Promise<string> {
  for await (const { items } of client.list({ limit: 1 })) if (items[0] !== undefined) return items[0].id;
  throw new Failure('not-found', 'there is no evaluation yet; submit one with: lacuna submit -- true');
}

async function byPrefix(client: Client, prefix: string): Promise<string> {
  const found = await newest(client, (item) => item.id.startsWith(prefix));
  const [first, second] = found;
  if (first === undefined)
    throw new Failure(
      'not-found',
      `none of the newest evaluations has an id that begins with ${prefix}; see lacuna list`,
    );
  if (second === undefined) return first.id;
  const some = found.slice(0, SHOWN).map(({ id, name }) => `${id} (${name})`);
  const more = found.length > SHOWN ? `, and ${found.length - SHOWN} more` : '';
  throw usageError(`${prefix} fits ${found.length} evaluations: ${some.join(', ')}${more}; give more characters`);
}

async function newest(client: Client, fits: (item: EvaluationSummary) => boolean): Promise<EvaluationSummary[]> {
  const found: EvaluationSummary[] = [];
  let seen = 0;
  for await (const { items } of client.list({ limit: PAGE })) {
    found.push(...items.filter(fits));
    seen += items.length;
    if (seen >= SEARCHED) break;
  }
  return found;
}
