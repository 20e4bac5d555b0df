import type { NodeSnapshot } from '@lacuna/cluster';
import { cutFor, type Fact } from '@lacuna/contracts';
import { factOfLostNode } from './facts-of.ts';
import type { Inventory } from './inventory.ts';
import { LookedTime } from './looked-time.ts';

/**
 * Nodes that are not ready, and since when we have known it. Kubernetes may leave a Job on a dead node without any end, for ever; so
 * our own lease says when its pods are given up (fault J9).
 */
export class NodeLeases {
  readonly #leaseMs: number;
  readonly #looked = new LookedTime();
  /** Since when by the time in which somebody looked. */
  readonly #silent = new Map<string, { readonly since: number; readonly message: string }>();

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  note({ name, ready, message }: NodeSnapshot, now: number): void {
    const since = this.#looked.at(now);
    if (ready) this.#silent.delete(name);
    else if (!this.#silent.has(name)) this.#silent.set(name, { since, message });
  }

  /** For each pod that runs on a node whose lease is over, that it is lost. */
  lostPods(inventory: Pick<Inventory, 'objects'>, now: number): { readonly uid: string; readonly fact: Fact }[] {
    const looked = this.#looked.at(now);
    if (this.#silent.size === 0) return [];
    return [...inventory.objects()].flatMap(({ uid, identity, runsOn = '' }) => {
      const node = this.#silent.get(runsOn);
      if (node === undefined || looked - node.since < this.#leaseMs) return [];
      const message = `the node ${runsOn} has not been ready for ${Math.round((looked - node.since) / 1_000)} s: ${node.message}`;
      return [{ uid, fact: factOfLostNode(uid, identity, cutFor('message', message), now) }];
    });
  }
}
