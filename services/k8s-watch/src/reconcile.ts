import type { FactOf } from '@lacuna/contracts';
import { setInterval as every } from 'node:timers/promises';
import type { Expectations } from './expectations.ts';
import type { FactPublisher } from './fact-publisher.ts';
import { factOfVanishedJob, factOfVanishedPod } from './facts-of.ts';
import type { Inventory } from './inventory.ts';
import type { NodeLeases } from './node-leases.ts';
import type { Orphans } from './orphans.ts';
import { SeenTwice } from './seen-twice.ts';

/** Between two looks. Milliseconds; what is missing is told after two. */
const LOOK_EVERY_MS = 2_500;

export interface ReconcileDeps {
  readonly publisher: FactPublisher;
  readonly inventory: Inventory;
  readonly expectations: Expectations;
  readonly nodes: NodeLeases;
  readonly orphans: Orphans;
  readonly onOrphan: (orphan: FactOf<'orphan'>) => void;
  readonly onError: (error: unknown) => void;
  readonly now: () => number;
}

/**
 * Compares, from time to time (`looks`), what is in the cluster with what the stream says should be, both ways (fault J30): what vanished
 * unseen, what has no account, and what ran on a node that is silent. It looks only while both are known to be whole.
 */
export async function reconcile(
  deps: ReconcileDeps,
  signal: AbortSignal,
  looks: AsyncIterable<unknown> = every(LOOK_EVERY_MS, undefined, { signal }),
): Promise<void> {
  const missing = new SeenTwice();
  try {
    for await (const _ of looks) await look(deps, missing).catch(deps.onError);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function look(deps: ReconcileDeps, missing: SeenTwice): Promise<void> {
  const { publisher, inventory, expectations, nodes, orphans, now } = deps;
  if (!inventory.isWhole || !expectations.caughtUp) return;
  const lacking = [...expectations.missingFrom(inventory)];
  inventory.forgetVanished((uid) => lacking.some((expected) => expected.uid === uid));
  for (const { object, uid, identity } of missing.confirm(lacking)) {
    await publisher.room();
    const vanished = object === 'pod' ? factOfVanishedPod : factOfVanishedJob;
    publisher.tellLast(uid, [vanished(uid, identity, now())]);
  }
  for (const { uid, fact } of nodes.lostPods(inventory, now())) {
    await publisher.room();
    void publisher.tell(uid, [fact]);
  }
  for (const orphan of await orphans.look(now())) {
    deps.onOrphan(orphan);
    publisher.tellLast(orphan.data.uid, [orphan]);
  }
}
