import { fact, type FactOf } from '@lacuna/contracts';
import { fold } from '@lacuna/lifecycle';
import type { Bus, RecordedFact } from '@lacuna/messaging';
import type { Expectations } from './expectations.ts';
import type { Inventory, Present } from './inventory.ts';
import { LookedTime } from './looked-time.ts';
import { orphanOf, type OrphanReason } from './orphan-of.ts';
import { callIn, RemovalProgress } from './removal-progress.ts';

/** Evaluations that are read in one look at most: after a restart, or when removals fail, there can be thousands. */
const READS_PER_LOOK = 50;

interface OrphanDeps {
  readonly bus: Pick<Bus, 'readFacts' | 'doneUpTo'>;
  readonly inventory: Inventory;
  readonly expectations: Expectations;
  /** How long something may be there without an account. Milliseconds. */
  readonly afterMs: number;
  /** How long a removal may wait in dispatch's line before what it should remove is an orphan all the same. Milliseconds. */
  readonly removalMs: number;
}

/**
 * Finds Jobs and pods with our labels that should not be there (invariant I3). They are told, and that is all: who made them, and whether
 * they may go, nobody here can know.
 */
export class Orphans {
  readonly #deps: OrphanDeps;
  readonly #looked = new LookedTime();
  /** When each unaccounted object was first met so, or last judged, by the time in which somebody looked. */
  #since = new Map<string, number>();
  readonly #late = new Set<string>();
  readonly #removals: RemovalProgress;

  constructor(deps: OrphanDeps) {
    this.#deps = deps;
    this.#removals = new RemovalProgress(deps.afterMs);
  }

  /** Objects of settled evaluations that dispatch has not come to remove for longer than an orphan is given. */
  get late(): number {
    return this.#late.size;
  }

  /** The facts that are due: orphans found, and orphans that are gone. */
  async look(now: number): Promise<FactOf<'orphan'>[]> {
    const { expectations, inventory } = this.#deps;
    const gone = expectations.orphans.filter(({ data }) => !inventory.has(data.uid));
    const due = gone.map(({ evaluation, attempt, data }) => {
      const message = `the ${data.object} ${data.objectName} is gone`;
      return fact('orphan', { evaluation, attempt, at: now, known: 'inferred' }, { ...data, state: 'gone', message });
    });
    for (const object of await this.#overdue(now)) {
      const { evaluation, attempt } = object.identity;
      const facts = await this.#deps.bus.readFacts(evaluation);
      const reason = orphanOf(object, fold(evaluation, facts));
      if (reason === undefined || this.#isLate(object, reason, facts, now)) continue;
      const about = { evaluation, attempt, at: now, known: 'inferred' } as const;
      const { object: kind, uid, name } = object;
      due.push(fact('orphan', about, { object: kind, uid, objectName: name, state: 'found', ...reason }));
    }
    return due;
  }

  /** Whether it is to be removed, and its turn has not come, or only just. */
  #isLate({ uid }: Present, { why }: OrphanReason, facts: readonly RecordedFact[], now: number): boolean {
    const { afterMs, removalMs } = this.#deps;
    const isLate =
      why === 'left-behind' &&
      !this.#removals.doneBefore(facts, now - afterMs) &&
      now - (callIn(facts)?.storedAt ?? 0) < removalMs;
    if (isLate) this.#late.add(uid);
    else this.#late.delete(uid);
    return isLate;
  }

  async #overdue(now: number): Promise<Present[]> {
    const { bus, expectations, inventory, afterMs } = this.#deps;
    const unaccounted = [...inventory.objects()].filter(
      (object) => !expectations.accountsFor(object) && !expectations.isOrphan(object.uid),
    );
    const looked = this.#looked.at(now);
    this.#since = new Map(unaccounted.map(({ uid }) => [uid, this.#since.get(uid) ?? looked]));
    for (const uid of this.#late) if (!this.#since.has(uid)) this.#late.delete(uid);
    if (unaccounted.length > 0) this.#removals.note(await bus.doneUpTo(), now);
    const overdue = unaccounted.filter(({ uid }) => looked - (this.#since.get(uid) ?? looked) >= afterMs);
    const next = overdue.slice(0, READS_PER_LOOK);
    // Judged again only after as long.
    for (const { uid } of next) this.#since.set(uid, looked);
    return next;
  }
}
