import { LABELS } from './identity.ts';

export type CollectionName = 'jobs' | 'pods' | 'events';

/** A kind of objects that is listed and watched: ours alone. */
export interface Collection {
  readonly name: CollectionName;
  readonly path: string;
  readonly selector: Readonly<Record<string, string>>;
}

/** Jobs first, so that a pod is told after its Job. Events carry no labels; which are about ours is read from their names. */
export function collectionsOf(namespace: string): readonly Collection[] {
  const ours = { labelSelector: LABELS.evaluation };
  return [
    { name: 'jobs', path: jobsPath(namespace), selector: ours },
    { name: 'pods', path: podsPath(namespace), selector: ours },
    { name: 'events', path: `${core(namespace)}/events`, selector: { fieldSelector: 'type=Warning' } },
  ];
}

export function jobsPath(namespace: string): string {
  return `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs`;
}

export function podsPath(namespace: string): string {
  return `${core(namespace)}/pods`;
}

function core(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
}
