import type { FactType } from '@lacuna/contracts';
import type { Identity } from '@lacuna/cluster';
import type { Bus } from '@lacuna/messaging';

/** The facts that say which pods should still be there. */
const TYPES: FactType[] = ['pod-created', 'container-ended', 'pod-gone', 'settled'];

/**
 * Pods that the stream knows as created and not as ended: what a relist must show. It is read from the stream and not remembered,
 * so a pod that vanished while this service was down is noticed too.
 */
export class OpenPods {
  readonly #pods = new Map<string, Identity>();
  #caughtUp = false;

  /** Follows the stream until the signal is aborted. */
  async follow(bus: Pick<Bus, 'follow'>, signal: AbortSignal): Promise<void> {
    for await (const next of bus.follow({ types: TYPES }, signal)) {
      if ('kind' in next) {
        this.#caughtUp = true;
        continue;
      }
      const { fact } = next;
      if (fact.type === 'pod-created')
        this.#pods.set(fact.data.podUid, { evaluation: fact.evaluation, attempt: fact.attempt });
      else if (fact.type === 'container-ended' || fact.type === 'pod-gone') this.#pods.delete(fact.data.podUid);
      else if (fact.type === 'settled') this.#settle(fact.evaluation);
    }
  }

  /** The open pods that a full listing did not show; none as long as the stream is not read to its end. */
  missingFrom(listed: ReadonlySet<string>): [string, Identity][] {
    return this.#caughtUp ? [...this.#pods].filter(([uid]) => !listed.has(uid)) : [];
  }

  #settle(evaluation: string): void {
    for (const [uid, identity] of this.#pods) if (identity.evaluation === evaluation) this.#pods.delete(uid);
  }
}
