import type { Cluster, Observation } from '@lacuna/cluster';
import type { FactPublisher } from './fact-publisher.ts';
import { factOfVanishedPod, factOfWarning, factsOfJob, factsOfPod } from './facts-of.ts';
import type { OpenPods } from './open-pods.ts';

/** What the loop reports to whoever asks about readiness and lag. */
export interface WatchStatus {
  synced: boolean;
  lastObservationAt: number;
}

/**
 * Turns observations into facts until the signal is aborted. A pure observer: it never changes the cluster, and it never concludes
 * an end from `active: 0`, from a deletion or from silence.
 */
export async function watch(
  cluster: Pick<Cluster, 'observe'>,
  {
    publisher,
    openPods,
    status,
    now,
  }: { publisher: FactPublisher; openPods: OpenPods; status: WatchStatus; now: () => number },
  signal: AbortSignal,
): Promise<void> {
  let listed = new Set<string>();
  for await (const observation of cluster.observe(signal)) {
    status.lastObservationAt = now();
    if (observation.kind === 'pod') listed.add(observation.pod.uid);
    if (observation.kind === 'synced') {
      status.synced = true;
      for (const [uid, identity] of openPods.missingFrom(listed))
        publisher.tell(uid, [factOfVanishedPod(uid, identity, now())]);
      listed = new Set();
    } else tell(observation, publisher, now());
  }
}

function tell(observation: Exclude<Observation, { kind: 'synced' }>, publisher: FactPublisher, seenAt: number): void {
  switch (observation.kind) {
    case 'pod':
      return publisher.tell(observation.pod.uid, factsOfPod(observation.pod, observation.known, seenAt));
    case 'job':
      return publisher.tell(observation.job.uid, factsOfJob(observation.job, observation.known, seenAt));
    case 'warning':
      return publisher.tell(observation.warning.uid, [factOfWarning(observation.warning, observation.known, seenAt)]);
    case 'vanished':
      // The deletion itself proves nothing; whether the pod is missed is decided against the stream at the next sync.
      return publisher.forget(observation.uid);
    default:
      return observation satisfies never;
  }
}
