import type { ApiObject } from './api-objects.ts';
import type { Collection } from './collections.ts';
import type { KubeConnection } from './kube-connection.ts';
import { lossOfError, lossOfRefusal, type Loss } from './loss.ts';

type Listing<T> =
  | { readonly kind: 'listed'; readonly items: readonly T[]; readonly resourceVersion: string }
  | { readonly kind: 'lost'; readonly loss: Loss };

/** Objects a page. Source: client-go's pager. */
const PAGE = 500;

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly ApiObject[];
}

/**
 * All objects of a collection at one moment, page by page. No `resourceVersion` is sent: with `0` a server may answer from a cache that is
 * older than what was seen already. A page that comes too late (410) loses the listing; its head no longer fits its tail. Of each object only
 * what `read` makes of it is kept: 10,000 whole pods would take more memory than everything else that is known of them.
 */
export async function list<T>(
  connection: KubeConnection,
  collection: Collection,
  read: (object: ApiObject) => T,
  signal: AbortSignal,
): Promise<Listing<T>> {
  const what = `list ${collection.name}`;
  const items: T[] = [];
  try {
    for (let rest = ''; ;) {
      const query = { ...collection.selector, limit: PAGE, ...(rest !== '' && { continue: rest }) };
      const response = await connection.call({ path: collection.path, query }, signal);
      const { metadata, items: page } = (response.body ?? {}) as ListBody;
      if (response.status !== 200 || page === undefined || metadata?.resourceVersion === undefined) {
        return { kind: 'lost', loss: lossOfRefusal(what, response) };
      }
      items.push(...page.map(read));
      rest = metadata.continue ?? '';
      if (rest === '') return { kind: 'listed', items, resourceVersion: metadata.resourceVersion };
    }
  } catch (error) {
    return { kind: 'lost', loss: lossOfError(what, error) };
  }
}
