import type { TestResult } from '@lacuna/contracts';
import { keep, shorten } from './names.ts';
import { NONE, type Counts, type Outcome } from './tally.ts';

/** More names than this are not kept: a bound on memory, each name is cut at 512 units. */
export const MAX_RESULTS = 50_000;

/** The results of tests by name, for whoever wants the whole list and not only what failed. */
export class TestNames {
  readonly #outcomes = new Map<string, Outcome>();
  #overflown = false;

  /** A test that failed stays failed, whatever its teardown does; another one that breaks later has broken. */
  add(name: string, outcome: Outcome): void {
    const known = this.#outcomes.get(shorten(name));
    if (known === 'failed') return;
    if (known === undefined && this.#outcomes.size >= MAX_RESULTS) this.#overflown = true;
    else this.#outcomes.set(known === undefined ? keep(name) : shorten(name), outcome);
  }

  /** All of them, in the order in which they came; undefined when they are not exactly as many as counted: some have no name, or the same, or are too many. */
  list(counts: Counts): TestResult[] | undefined {
    const found: Record<Outcome, number> = { ...NONE };
    for (const outcome of this.#outcomes.values()) found[outcome] += 1;
    const same = (Object.keys(found) as Outcome[]).every((outcome) => found[outcome] === counts[outcome]);
    if (!same || this.#overflown) return undefined;
    return [...this.#outcomes].map(([name, outcome]) => ({ name, outcome }));
  }
}
