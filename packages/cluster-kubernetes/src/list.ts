import type { ApiObject } from './api-objects.ts';
import type { Collection } from './collections.ts';
import type { KubeConnection } from './kube-connection.ts';
import { lossOfError, lossOfRefusal, type Loss } from './loss.ts';

export type Listing =
  | { readonly kind: 'listed'; readonly items: readonly ApiObject[]; readonly resourceVersion: string }
  | { readonly kind: 'lost'; readonly loss: Loss };

/** Objects a page. Source: client-go's pager. */
const PAGE = 500;

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly ApiObject[];
}

/**
 * All objects of a collection at one moment, page by page. No `resourceVersion` is sent: with `0` a server may answer from a cache that is
 * older than what was seen already. A page that comes too late (410) loses the listing; its head no longer fits its tail.
 */
export async function list(connection: KubeConnection, collection: Collection, signal: AbortSignal): Promise<Listing> {
  const what = `list ${collection.name}`;
  const items: ApiObject[] = [];
  try {
    for (let rest = ''; ;) {
      const query = { ...collection.selector, limit: PAGE, ...(rest !== '' && { continue: rest }) };
      const response = await connection.call({ path: collection.path, query }, signal);
      const { metadata, items: page } = (response.body ?? {}) as ListBody;
      if (response.status !== 200 || page === undefined || metadata?.resourceVersion === undefined) {
        return { kind: 'lost', loss: lossOfRefusal(what, response) };
      }
      items.push(...page);
      rest = metadata.continue ?? '';
      if (rest === '') return { kind: 'listed', items, resourceVersion: metadata.resourceVersion };
    }
  } catch (error) {
    return { kind: 'lost', loss: lossOfError(what, error) };
  }
}
