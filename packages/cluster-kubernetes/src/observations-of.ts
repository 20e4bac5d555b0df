import type { Observation, PodSnapshot } from '@lacuna/cluster';
import { lastWrittenAt, type ApiObject } from './api-objects.ts';
import type { CollectionName } from './collections.ts';
import { identityLabels, identityOfName } from './identity.ts';
import { snapshotOfJob } from './snapshot-of-job.ts';
import { snapshotOfNode } from './snapshot-of-node.ts';
import { snapshotOfPod } from './snapshot-of-pod.ts';
import { warningOfEvent } from './warning-of-event.ts';
import { warningOfJob } from './warning-of-job.ts';

type Known = 'watched' | 'relisted';

/** What an object that exists is told as; nothing for one that is not ours. */
export function observationsOf(collection: CollectionName, object: ApiObject, known: Known): Observation[] {
  switch (collection) {
    case 'jobs': {
      const [job, warning] = [snapshotOfJob(object), warningOfJob(object)];
      return [
        ...(job === undefined ? [] : [{ kind: 'job', job, known } as const]),
        ...(warning === undefined ? [] : [{ kind: 'warning', warning, known } as const]),
      ];
    }
    case 'pods': {
      const pod = snapshotOfPod(object);
      return pod === undefined ? observationsOfRelabelled(object, known) : [{ kind: 'pod', pod, known }];
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

/** That an object is no longer among those that are watched. */
interface Deletion {
  readonly at: number;
  /** It is there all the same, without our labels. */
  readonly isThere: boolean;
}

/** What a watched deletion is told as: the last state of a pod, which may say more than the one before it, and that it vanished. */
export function observationsOfDeleted(
  collection: CollectionName,
  object: ApiObject,
  { at, isThere }: Deletion,
): Observation[] {
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
    { kind: 'pod', pod: isThere ? unlabelled(pod) : pod, known },
    { ...vanished, object: 'pod' },
  ];
}

/**
 * What a pod is told as that was made for one evaluation, as its name says, and has the labels of another, or of none (fault J20): to that one it is
 * out of sight, and to nobody else it is anything. An end that was told before stands.
 */
function observationsOfRelabelled(object: ApiObject, known: Known): Observation[] {
  const { name = '', labels } = object.metadata ?? {};
  const identity = identityOfName(name);
  if (identity === undefined) return [];
  const asMade = { ...object, metadata: { ...object.metadata, labels: { ...labels, ...identityLabels(identity) } } };
  const at = lastWrittenAt(object);
  const made = snapshotOfPod(asMade, at);
  if (made === undefined) return [];
  const { ended: _, ...pod } = made;
  const gone = { cause: 'unknown', message: outOfSight(pod.name, 'changed our labels on'), at } as const;
  return [
    { kind: 'pod', pod: { ...pod, gone }, known },
    { kind: 'vanished', object: 'pod', uid: pod.uid, identity, at },
  ];
}

/** A pod that is not deleted, but out of our sight. An end that was seen before stands. */
function unlabelled(pod: PodSnapshot): PodSnapshot {
  if (pod.gone === undefined) return pod;
  return { ...pod, gone: { ...pod.gone, cause: 'unknown', message: outOfSight(pod.name, 'took our labels off') } };
}

function outOfSight(pod: string, done: string): string {
  return `somebody ${done} the pod ${pod}: it is there, and what becomes of it is not seen`;
}
