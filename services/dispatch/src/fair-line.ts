import type { Weights } from './parse-weights.ts';
import { PriorityLine, type Placed } from './priority-line.ts';

/** What waits here, and whose it is. */
export interface Claim extends Placed {
  readonly queue: string;
  readonly tenant: string;
}

/** Somebody who has a share: a queue among all, or a tenant in a queue. */
interface Party {
  readonly name: string;
  /** How much of a share, beside 1 of an ordinary one. */
  readonly weight: number;
  /** Slots that it has now. */
  holding: number;
  /** The turn in which it got its last slot. */
  servedAt: number;
}
interface Tenant<E extends Claim> extends Party {
  readonly line: PriorityLine<E>;
}
interface QueueShare<E extends Claim> extends Party {
  readonly tenants: Map<string, Tenant<E>>;
}

/**
 * Who is next. Slots are shared among the queues that want any, by their weights, and a queue's evenly among its tenants: the next slot goes to
 * whoever holds the fewest for its weight, and of those to whoever was served longest ago. Within one tenant of one queue, priority and then acceptance decide.
 * So a flood in one queue delays another queue by the slots in use at most, and nobody waits for ever. It goes by what it was told alone: the same
 * claims, holds and releases give the same order, also after a restart.
 */
export class FairLine<E extends Claim> {
  readonly #queues = new Map<string, QueueShare<E>>();
  readonly #isWaiting: (entry: E) => boolean;
  readonly #weights: Weights;
  #turn = 0;

  /** An entry that stopped waiting while it stood in the line is passed over when its turn comes. */
  constructor(isWaiting: (entry: E) => boolean, weights: Weights = new Map()) {
    this.#isWaiting = isWaiting;
    this.#weights = weights;
  }

  add(entry: E): void {
    this.#partiesOf(entry).tenant.line.add(entry);
  }

  /** The next entry, taken from the line; undefined when none waits. */
  take(): E | undefined {
    let next: { queue: QueueShare<E>; tenant: Tenant<E> } | undefined;
    for (const queue of this.#queues.values()) {
      if (next !== undefined && !comesBefore(queue, next.queue)) continue;
      const tenant = this.#nextTenant(queue);
      if (tenant !== undefined) next = { queue, tenant };
    }
    const entry = next?.tenant.line.first();
    next?.tenant.line.shift();
    return entry;
  }

  /** The entry has a slot. */
  hold(entry: E): void {
    this.#turn++;
    for (const party of Object.values(this.#partiesOf(entry))) {
      party.holding++;
      party.servedAt = this.#turn;
    }
  }

  /** The entry's slot is free again. */
  release(entry: E): void {
    const { queue, tenant } = this.#partiesOf(entry);
    queue.holding--;
    tenant.holding--;
    if (tenant.holding === 0 && tenant.line.length === 0) queue.tenants.delete(tenant.name);
    if (queue.tenants.size === 0) this.#queues.delete(queue.name);
  }

  /** All that waits: tenant by tenant, next one first. */
  *[Symbol.iterator](): Generator<E> {
    for (const { tenants } of this.#queues.values())
      for (const { line } of tenants.values()) for (const entry of line) if (this.#isWaiting(entry)) yield entry;
  }

  #nextTenant({ tenants }: QueueShare<E>): Tenant<E> | undefined {
    let next: Tenant<E> | undefined;
    for (const tenant of tenants.values())
      if (this.#wants(tenant) && (next === undefined || comesBefore(tenant, next))) next = tenant;
    return next;
  }

  #wants({ line }: Tenant<E>): boolean {
    for (let first = line.first(); first !== undefined; first = line.first()) {
      if (this.#isWaiting(first)) return true;
      line.shift();
    }
    return false;
  }

  #partiesOf({ queue: queueName, tenant: tenantName }: Claim): { queue: QueueShare<E>; tenant: Tenant<E> } {
    const queue = this.#queues.get(queueName) ?? {
      ...newParty(queueName, this.#weights.get(queueName)),
      tenants: new Map<string, Tenant<E>>(),
    };
    this.#queues.set(queueName, queue);
    const tenant = queue.tenants.get(tenantName) ?? { ...newParty(tenantName), line: new PriorityLine<E>() };
    queue.tenants.set(tenantName, tenant);
    return { queue, tenant };
  }
}

function newParty(name: string, weight = 1): Party {
  return { name, weight, holding: 0, servedAt: 0 };
}

function comesBefore(a: Party, b: Party): boolean {
  // Multiplied crosswise: no rounding for whole numbers.
  const [ofA, ofB] = [a.holding * b.weight, b.holding * a.weight];
  if (ofA !== ofB) return ofA < ofB;
  if (a.servedAt !== b.servedAt) return a.servedAt < b.servedAt;
  return a.name < b.name;
}
