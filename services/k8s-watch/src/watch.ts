import type { Cluster, Observation } from '@lacuna/cluster';
import type { FactPublisher } from './fact-publisher.ts';
import { factOfWarning, factsOfJob, factsOfPod } from './facts-of.ts';
import type { Inventory } from './inventory.ts';
import type { NodeLeases } from './node-leases.ts';

/** Who hears what the facts do not say: about the watch itself. */
export interface WatchReport {
  readonly observed: (at: number) => void;
  readonly lost: (because: string) => void;
  readonly blind: (to: string, because: string) => void;
  /** Changes that the watch should have told and had not. */
  readonly drifted: (changes: number) => void;
}

export interface WatchDeps {
  readonly publisher: FactPublisher;
  readonly inventory: Inventory;
  readonly nodes: NodeLeases;
  readonly report: WatchReport;
  readonly now: () => number;
}

/**
 * Turns observations into facts until the signal is aborted. A pure observer: it never changes the cluster, and it never concludes
 * an end from `active: 0`, from a deletion or from silence. What its own code throws ends it, and with it the process: an observer that
 * goes on behind an error has missed something (fault W7). While many facts are on their way it reads nothing: a listing waits, and a watch
 * that the API server ends meanwhile is taken up again where it was, or listed anew.
 */
export async function watch(cluster: Pick<Cluster, 'observe'>, deps: WatchDeps, signal: AbortSignal): Promise<void> {
  for await (const observation of cluster.observe(signal)) {
    await deps.publisher.room();
    const seenAt = deps.now();
    deps.report.observed(seenAt);
    deps.inventory.note(observation);
    tell(observation, deps, seenAt);
  }
}

function tell(observation: Observation, { publisher, inventory, nodes, report }: WatchDeps, seenAt: number): void {
  switch (observation.kind) {
    case 'pod':
      return void publisher.tell(observation.pod.uid, factsOfPod(observation.pod, observation.known, seenAt));
    case 'job':
      return void publisher.tell(observation.job.uid, factsOfJob(observation.job, observation.known, seenAt));
    case 'warning':
      return void publisher.tell(observation.warning.uid, [
        factOfWarning(observation.warning, observation.known, seenAt),
      ]);
    case 'vanished':
      // The deletion itself proves nothing; whether the object is missed is decided against the stream.
      return publisher.forget(observation.uid);
    case 'node':
      return nodes.note(observation.node, seenAt);
    case 'lost':
      return report.lost(observation.because);
    case 'blind':
      return report.blind(observation.to, observation.because);
    case 'synced':
      publisher.keep((uid) => inventory.has(uid));
      return (observation.drift ?? 0) > 0 ? report.drifted(observation.drift ?? 0) : undefined;
    default:
      return observation satisfies never;
  }
}
