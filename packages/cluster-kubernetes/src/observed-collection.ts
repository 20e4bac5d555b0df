import type { Observation } from '@lacuna/cluster';
import type { ApiObject } from './api-objects.ts';
import type { Collection } from './collections.ts';
import { FirstDeletions } from './first-deletions.ts';
import { list } from './list.ts';
import type { Loss } from './loss.ts';
import { observationsOf, observationsOfDeleted } from './observations-of.ts';
import { Versions } from './versions.ts';
import { watchLoop, type WatchDeps, type Watched } from './watch-loop.ts';

type Listed =
  | { readonly kind: 'listed'; readonly observations: readonly Observation[]; readonly drift: number }
  | { readonly kind: 'lost'; readonly loss: Loss };

type Step =
  { readonly kind: 'observed'; readonly observation: Observation } | { readonly kind: 'lost'; readonly loss: Loss };

/** One collection as one observer sees it: what it lists and watches, without what is older than what was told already. */
export class ObservedCollection {
  readonly #deps: WatchDeps;
  readonly #collection: Collection;
  readonly #versions = new Versions();
  readonly #deletions = new FirstDeletions();
  #resourceVersion = '';

  constructor(deps: WatchDeps, collection: Collection) {
    this.#deps = deps;
    this.#collection = collection;
  }

  async list(signal: AbortSignal): Promise<Listed> {
    const { name } = this.#collection;
    const listing = await list(this.#deps.connection, this.#collection, (object) => this.#read(object), signal);
    if (listing.kind === 'lost') return listing;
    const { items, resourceVersion } = listing;
    if (this.#versions.isStale(resourceVersion)) {
      return { kind: 'lost', loss: { because: `list ${name}: older than what was watched` } };
    }
    this.#resourceVersion = resourceVersion;
    const drift = this.#versions.take(items, resourceVersion);
    this.#deletions.keep(items);
    return { kind: 'listed', observations: items.flatMap(({ observations }) => observations), drift };
  }

  /** What changes after the last listing. */
  async *watch(signal: AbortSignal): AsyncGenerator<Step> {
    for await (const watched of watchLoop(this.#deps, this.#collection, this.#resourceVersion, signal)) {
      if (watched.kind === 'lost') yield watched;
      else for (const observation of this.#news(watched)) yield { kind: 'observed', observation };
    }
  }

  #read(object: ApiObject): ApiObject & { readonly observations: readonly Observation[] } {
    const { uid, resourceVersion } = object.metadata ?? {};
    const observations = observationsOf(this.#collection.name, this.#deletions.restore(object), 'relisted');
    return { metadata: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }, observations };
  }

  #news({ type, object }: Extract<Watched, { kind: 'changed' }>): Observation[] {
    const { name } = this.#collection;
    if (!this.#versions.isNews(object) || type === 'BOOKMARK') return [];
    const restored = this.#deletions.restore<ApiObject>(object);
    if (type !== 'DELETED') return observationsOf(name, restored, 'watched');
    this.#versions.forget(object.metadata?.uid ?? '');
    return observationsOfDeleted(name, restored, Date.now());
  }
}
