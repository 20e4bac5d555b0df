import type { ApiObject } from './api-objects.ts';

/** How often in a row a listing may be older than what was watched before it is believed: etcd was then restored from a backup. */
const STALE_LISTINGS = 3;

/**
 * The versions that were seen of one collection's objects, by uid, so that nothing older is told after them, and so that a watch that lost
 * an event is found out. Versions grow within a collection; one that is no number can only be compared for equality.
 */
export class Versions {
  #byUid = new Map<string, string>();
  /** The last version that the watch spoke of, be it in a bookmark: up to it, it claims to have told everything. */
  #heard: string | undefined;
  #staleListings = 0;

  /** Takes over what a watch tells; says whether it is news. What is older than what was seen of the same object is not. */
  isNews({ metadata }: ApiObject): boolean {
    const { uid, resourceVersion = '' } = metadata ?? {};
    if (isOlder(this.#heard, resourceVersion)) this.#heard = resourceVersion;
    if (uid === undefined) return true;
    if (isOlder(resourceVersion, this.#byUid.get(uid))) return false;
    this.#byUid.set(uid, resourceVersion);
    return true;
  }

  forget(uid: string): void {
    this.#byUid.delete(uid);
  }

  /** Whether a listing is older than what was heard. Believed in the end: a server with a restored etcd has no other. */
  isStale(resourceVersion: string): boolean {
    if (!isOlder(resourceVersion, this.#heard)) return false;
    this.#staleListings++;
    if (this.#staleListings < STALE_LISTINGS) return true;
    this.#heard = undefined;
    return false;
  }

  /** Takes a listing over; gives how many of its objects the watch should have told in this version, and had not. */
  take(items: readonly ApiObject[], resourceVersion: string): number {
    const before = this.#byUid;
    const drifted = items.filter(({ metadata: { uid = '', resourceVersion: version = '' } = {} }) => {
      return this.#heard !== undefined && before.get(uid) !== version && !isOlder(this.#heard, version);
    });
    this.#byUid = new Map(items.map(({ metadata }) => [metadata?.uid ?? '', metadata?.resourceVersion ?? '']));
    this.#heard = resourceVersion;
    this.#staleListings = 0;
    return drifted.length;
  }
}

function isOlder(version: string | undefined, than: string | undefined): boolean {
  if (!isNumber(version) || !isNumber(than)) return false;
  return version.length === than.length ? version < than : version.length < than.length;
}

function isNumber(version: string | undefined): version is string {
  return version !== undefined && /^[1-9][0-9]*$/.test(version);
}
