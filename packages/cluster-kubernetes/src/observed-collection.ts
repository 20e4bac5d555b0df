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
      else for (const observation of await this.#news(watched, signal)) yield { kind: 'observed', observation };
    }
  }

  #read(object: ApiObject): ApiObject & { readonly observations: readonly Observation[] } {
    const { uid, resourceVersion } = object.metadata ?? {};
    const observations = observationsOf(this.#collection.name, this.#deletions.restore(object), 'relisted');
    return { metadata: { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }, observations };
  }

  async #news({ type, object }: Extract<Watched, { kind: 'changed' }>, signal: AbortSignal): Promise<Observation[]> {
    const { name } = this.#collection;
    if (!this.#versions.isNews(object) || type === 'BOOKMARK') return [];
    const restored = this.#deletions.restore<ApiObject>(object);
    if (type !== 'DELETED') return observationsOf(name, restored, 'watched');
    this.#versions.forget(object.metadata?.uid ?? '');
    const isThere = await this.#isThere(object, signal);
    return observationsOfDeleted(name, restored, { at: Date.now(), isThere });
  }

  /**
   * Whether a pod that the watch calls deleted was only taken out of it, by somebody who took our labels off (fault J20). Pods are deleted with
   * notice, as a rule, so hardly one has to be asked for; Jobs without, and without their pods a Job proves nothing anyway.
   */
  async #isThere({ metadata }: ApiObject, signal: AbortSignal): Promise<boolean> {
    const { name, path } = this.#collection;
    if (name !== 'pods' || metadata?.name === undefined || metadata.deletionTimestamp !== undefined) return false;
    // Whoever may list and watch need not be allowed to get.
    const query = { fieldSelector: `metadata.name=${metadata.name}` };
    const answer = await this.#deps.connection.call({ path, query }, signal).catch(() => undefined);
    const { items = [] } = (answer?.status === 200 ? answer.body : {}) as { readonly items?: readonly ApiObject[] };
    return items.some((item) => item.metadata?.uid === metadata.uid);
  }
}
