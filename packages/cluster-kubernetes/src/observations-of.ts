import type { Observation } from '@lacuna/cluster';
import type { ApiObject } from './api-objects.ts';
import type { CollectionName } from './collections.ts';
import { snapshotOfJob } from './snapshot-of-job.ts';
import { snapshotOfNode } from './snapshot-of-node.ts';
import { snapshotOfPod } from './snapshot-of-pod.ts';
import { warningOfEvent } from './warning-of-event.ts';

type Known = 'watched' | 'relisted';

/** What an object that exists is told as; nothing for one that is not ours. */
export function observationsOf(collection: CollectionName, object: ApiObject, known: Known): Observation[] {
  switch (collection) {
    case 'jobs': {
      const job = snapshotOfJob(object);
      return job === undefined ? [] : [{ kind: 'job', job, known }];
    }
    case 'pods': {
      const pod = snapshotOfPod(object);
      return pod === undefined ? [] : [{ kind: 'pod', pod, known }];
    }
    case 'events': {
      const warning = warningOfEvent(object);
      return warning === undefined ? [] : [{ kind: 'warning', warning, known }];
    }
    case 'nodes': {
      const node = snapshotOfNode(object);
      return node === undefined ? [] : [{ kind: 'node', node }];
    }
  }
}

/** What a watched deletion is told as: the last state of a pod, which may say more than the one before it, and that it vanished. */
export function observationsOfDeleted(collection: CollectionName, object: ApiObject, at: number): Observation[] {
  if (collection === 'events') return [];
  if (collection === 'nodes') {
    const { name } = object.metadata ?? {};
    return name === undefined
      ? []
      : [{ kind: 'node', node: { name, ready: false, message: 'the node was removed from the cluster' } }];
  }
  const known = 'watched';
  const pod = collection === 'pods' ? snapshotOfPod(object, at) : undefined;
  const snapshot = pod ?? (collection === 'jobs' ? snapshotOfJob(object) : undefined);
  if (snapshot === undefined) return [];
  const { uid, evaluation, attempt } = snapshot;
  const vanished = { kind: 'vanished', uid, identity: { evaluation, attempt }, at } as const;
  if (pod === undefined) return [{ ...vanished, object: 'job' }];
  return [
    { kind: 'pod', pod, known },
    { ...vanished, object: 'pod' },
  ];
}
