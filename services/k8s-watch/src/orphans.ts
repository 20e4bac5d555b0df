import { fact, type FactOf } from '@lacuna/contracts';
import { fold } from '@lacuna/lifecycle';
import type { Bus } from '@lacuna/messaging';
import type { Expectations } from './expectations.ts';
import type { Inventory, Present } from './inventory.ts';
import { orphanOf } from './orphan-of.ts';

/** Evaluations that are read in one look at most: after a restart, or when removals fail, there can be thousands. */
const READS_PER_LOOK = 50;

export interface OrphanDeps {
  readonly bus: Pick<Bus, 'readFacts'>;
  readonly inventory: Inventory;
  readonly expectations: Expectations;
  /** How long something may be there without an account. Milliseconds. */
  readonly afterMs: number;
}

/**
 * Finds Jobs and pods with our labels that should not be there (invariant I3). They are told, and that is all: who made them, and whether
 * they may go, nobody here can know.
 */
export class Orphans {
  readonly #deps: OrphanDeps;
  /** When each unaccounted object was first met so, or last judged. */
  #since = new Map<string, number>();

  constructor(deps: OrphanDeps) {
    this.#deps = deps;
  }

  /** The facts that are due: orphans found, and orphans that are gone. */
  async look(now: number): Promise<FactOf<'orphan'>[]> {
    const { expectations, inventory } = this.#deps;
    const gone = expectations.orphans.filter(({ data }) => !inventory.has(data.uid));
    const due = gone.map(({ evaluation, attempt, data }) => {
      const message = `the ${data.object} ${data.objectName} is gone`;
      return fact('orphan', { evaluation, attempt, at: now, known: 'inferred' }, { ...data, state: 'gone', message });
    });
    for (const object of this.#overdue(now)) {
      const { evaluation, attempt } = object.identity;
      const reason = orphanOf(object, fold(evaluation, await this.#deps.bus.readFacts(evaluation)));
      if (reason === undefined) continue;
      const about = { evaluation, attempt, at: now, known: 'inferred' } as const;
      const { object: kind, uid, name } = object;
      due.push(fact('orphan', about, { object: kind, uid, objectName: name, state: 'found', ...reason }));
    }
    return due;
  }

  #overdue(now: number): Present[] {
    const { expectations, inventory, afterMs } = this.#deps;
    const unaccounted = [...inventory.objects()].filter(
      (object) => !expectations.accountsFor(object) && !expectations.isOrphan(object.uid),
    );
    this.#since = new Map(unaccounted.map(({ uid }) => [uid, this.#since.get(uid) ?? now]));
    const overdue = unaccounted.filter(({ uid }) => now - (this.#since.get(uid) ?? now) >= afterMs);
    const next = overdue.slice(0, READS_PER_LOOK);
    // Judged again only after as long.
    for (const { uid } of next) this.#since.set(uid, now);
    return next;
  }
}
