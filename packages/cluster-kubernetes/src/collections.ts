import { LABELS } from './identity.ts';

export type CollectionName = 'jobs' | 'pods' | 'events' | 'nodes';

/** A kind of objects that is listed and watched. */
export interface Collection {
  readonly name: CollectionName;
  readonly path: string;
  readonly selector: Readonly<Record<string, string>>;
}

/** What the facts are made of: our own objects. Jobs first, so that a pod is told after its Job. */
export function evidenceCollections(namespace: string): readonly Collection[] {
  const ours = { labelSelector: LABELS.evaluation };
  return [
    { name: 'jobs', path: jobsPath(namespace), selector: ours },
    { name: 'pods', path: podsPath(namespace), selector: ours },
  ];
}

/** What only explains. Events carry no labels, so which are about ours is read from their names; nodes belong to no namespace. */
export function explainingCollections(
  namespace: string,
): readonly (Collection & { readonly name: 'events' | 'nodes' })[] {
  return [
    { name: 'events', path: `${core(namespace)}/events`, selector: { fieldSelector: 'type=Warning' } },
    { name: 'nodes', path: '/api/v1/nodes', selector: {} },
  ];
}

export function jobsPath(namespace: string): string {
  return `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs`;
}

export function podsPath(namespace: string): string {
  return `${core(namespace)}/pods`;
}

export function configMapsPath(namespace: string): string {
  return `${core(namespace)}/configmaps`;
}

function core(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
}
