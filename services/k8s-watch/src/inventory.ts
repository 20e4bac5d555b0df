import type { Identity, Observation, PodSnapshot } from '@lacuna/cluster';

/** A Job or pod with our labels, as the cluster shows it now. */
export interface Present {
  readonly object: 'job' | 'pod';
  readonly uid: string;
  readonly name: string;
  readonly identity: Identity;
  /** Of a pod: the Job it belongs to; of a Job: its own. Empty for a pod that no Job owns. */
  readonly jobUid: string;
  /** Of a pod whose container runs, as far as is known: where. */
  readonly runsOn?: string;
}

/**
 * By how much the clocks of this process and of the stream may differ for what was stored before a listing to be known as such. Milliseconds.
 * What falls into it is told by the next listing.
 */
const CLOCKS_MS = 5_000;

/** What there is in the cluster, by the observations. It is whole only between a `synced` and the next `lost`. */
export class Inventory {
  readonly #objects = new Map<string, Present>();
  readonly #vanished = new Set<string>();
  #isWhole = false;
  #listedAt = 0;

  note(observation: Observation): void {
    switch (observation.kind) {
      case 'job': {
        const { evaluation, attempt, uid, name } = observation.job;
        this.#objects.set(uid, { object: 'job', uid, name, identity: { evaluation, attempt }, jobUid: uid });
        return;
      }
      case 'pod':
        return void this.#objects.set(observation.pod.uid, presentPod(observation.pod));
      case 'vanished':
        this.#objects.delete(observation.uid);
        return void this.#vanished.add(observation.uid);
      case 'synced':
        this.#isWhole = true;
        this.#listedAt = observation.at;
        return;
      case 'lost':
        this.#isWhole = false;
        return;
      case 'warning':
      case 'node':
      case 'blind':
        return;
      default:
        return observation satisfies never;
    }
  }

  get isWhole(): boolean {
    return this.#isWhole;
  }

  has(uid: string): boolean {
    return this.#objects.has(uid);
  }

  /**
   * Whether an object that the stream has known since a time is certainly not there: it was seen to vanish, or a listing that began
   * later does not have it. That the watch has not told it proves nothing: a watch can be silent for a minute before it is found dead.
   */
  lacks(uid: string, knownSince: number): boolean {
    return !this.has(uid) && (this.#vanished.has(uid) || knownSince + CLOCKS_MS < this.#listedAt);
  }

  /** Forgets what vanished and is expected by nobody. */
  forgetVanished(isExpected: (uid: string) => boolean): void {
    for (const uid of this.#vanished) if (!isExpected(uid)) this.#vanished.delete(uid);
  }

  objects(): Iterable<Present> {
    return this.#objects.values();
  }
}

function presentPod(pod: PodSnapshot): Present {
  const { uid, name, jobUid, evaluation, attempt, scheduled, started, ended, gone } = pod;
  const runs = started !== undefined && ended === undefined && gone === undefined;
  return {
    object: 'pod',
    uid,
    name,
    jobUid,
    identity: { evaluation, attempt },
    ...(runs && scheduled !== undefined && { runsOn: scheduled.node }),
  };
}
