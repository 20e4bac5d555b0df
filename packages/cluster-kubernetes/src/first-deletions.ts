import type { ApiObject, ObjectMeta } from './api-objects.ts';

type Deletion = Pick<ObjectMeta, 'deletionTimestamp' | 'deletionGracePeriodSeconds'>;

/**
 * How the deletion of each object began. When the container of a deleted pod has ended, its kubelet shortens the deletion to now and no
 * grace, and the pod then looks like one that had ended before anybody deleted it.
 */
export class FirstDeletions {
  #byUid = new Map<string, Deletion>();

  /** The object with its deletion as it was seen first. */
  restore<T extends ApiObject>(object: T): T {
    const { uid, deletionTimestamp, deletionGracePeriodSeconds = 0 } = object.metadata ?? {};
    if (uid === undefined || deletionTimestamp === undefined) return object;
    const first = this.#byUid.get(uid) ?? { deletionTimestamp, deletionGracePeriodSeconds };
    this.#byUid.set(uid, first);
    return { ...object, metadata: { ...object.metadata, ...first } };
  }

  /** Forgets all objects but these. */
  keep(objects: readonly ApiObject[]): void {
    const uids = new Set(objects.map(({ metadata }) => metadata?.uid));
    for (const uid of this.#byUid.keys()) if (!uids.has(uid)) this.#byUid.delete(uid);
  }
}
