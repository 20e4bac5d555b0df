import type { EvaluationId, Fact, FactType } from '@lacuna/contracts';
import type { Identity } from '@lacuna/cluster';
import type { Bus, RecordedFact } from '@lacuna/messaging';
import type { Inventory, Present } from './inventory.ts';

/** The facts that say which objects should be there, and which were told as orphans. */
const TYPES: FactType[] = [
  'submitted',
  'job-created',
  'job-finished',
  'job-gone',
  'pod-created',
  'container-ended',
  'pod-gone',
  'orphan',
  'settled',
];

/** An object of an open evaluation. */
interface Expected {
  readonly object: 'job' | 'pod';
  readonly uid: string;
  readonly identity: Identity;
  /** When the stream stored that it is there. */
  readonly since: number;
  /** Its end is known, so it need not be there any more. */
  readonly over: boolean;
}

type Orphan = Extract<Fact, { type: 'orphan' }>;

/**
 * What the stream says must be in the cluster: the Jobs and pods of open evaluations. It is read from the stream and not remembered, so
 * what vanished or appeared while this service was down is noticed too.
 */
export class Expectations {
  readonly #open = new Map<EvaluationId, Map<string, Expected>>();
  readonly #orphans = new Map<string, Orphan>();
  #caughtUp = false;

  /** Follows the stream until the signal is aborted. */
  async follow(bus: Pick<Bus, 'followOpen'>, signal: AbortSignal): Promise<void> {
    for await (const next of bus.followOpen({ types: TYPES }, signal)) {
      if (!('kind' in next)) this.add(next);
      else if (next.kind === 'caught-up') this.#caughtUp = true;
      else this.#open.delete(next.evaluation);
    }
  }

  add({ fact, storedAt }: Pick<RecordedFact, 'fact' | 'storedAt'>): void {
    switch (fact.type) {
      case 'submitted':
        if (!this.#open.has(fact.evaluation)) this.#open.set(fact.evaluation, new Map());
        return;
      case 'job-created':
        return this.#expect(fact, { object: 'job', uid: fact.data.jobUid, since: storedAt, over: false });
      case 'pod-created':
        return this.#expect(fact, { object: 'pod', uid: fact.data.podUid, since: storedAt, over: false });
      case 'job-finished':
      case 'job-gone':
        return this.#expect(fact, { object: 'job', uid: fact.data.jobUid, since: storedAt, over: true });
      case 'container-ended':
      case 'pod-gone':
        return this.#expect(fact, { object: 'pod', uid: fact.data.podUid, since: storedAt, over: true });
      case 'settled':
        return void this.#open.delete(fact.evaluation);
      case 'orphan':
        if (fact.data.state === 'found') this.#orphans.set(fact.data.uid, fact);
        else this.#orphans.delete(fact.data.uid);
        return;
      default:
        return;
    }
  }

  /** Whether the stream is read to its end; before that nothing can be called missing or an orphan. */
  get caughtUp(): boolean {
    return this.#caughtUp;
  }

  /** Objects told as orphans and not told as gone since. */
  get orphans(): readonly Orphan[] {
    return [...this.#orphans.values()];
  }

  isOrphan(uid: string): boolean {
    return this.#orphans.has(uid);
  }

  /** Whether an object belongs to an open evaluation: it is a Job that was created for it, or a pod of that. */
  accountsFor({ identity, jobUid }: Present): boolean {
    return this.#open.get(identity.evaluation)?.get(jobUid)?.object === 'job';
  }

  /** What should be there and certainly is not. */
  *missingFrom(inventory: Pick<Inventory, 'lacks'>): Generator<Expected> {
    for (const objects of this.#open.values())
      for (const expected of objects.values())
        if (!expected.over && inventory.lacks(expected.uid, expected.since)) yield expected;
  }

  #expect({ evaluation, attempt }: Fact, told: Omit<Expected, 'identity'>): void {
    // Most Jobs are told as finished after the verdict: nothing may be held for what is settled.
    const objects = this.#open.get(evaluation);
    // Facts come in any order, so its end may be known already.
    if (objects?.get(told.uid)?.over !== true) objects?.set(told.uid, { ...told, identity: { evaluation, attempt } });
  }
}
