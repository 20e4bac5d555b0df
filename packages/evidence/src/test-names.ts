import { defined, type TestResult } from '@lacuna/contracts';
import { keptName, shortName } from './kept-name.ts';
import { NONE, type Counts, type Outcome } from './tally.ts';

/** More names than this are not kept: a bound on memory, each name is cut at 512 units. */
export const MAX_RESULTS = 50_000;

/** The results of tests by name, for whoever wants the whole list and not only what failed. */
export class TestNames {
  readonly #results = new Map<string, Omit<TestResult, 'name'>>();
  #overflown = false;

  /** A test that failed stays failed, whatever its teardown does; another one that breaks later has broken. */
  add(name: string, outcome: Outcome, durationMs?: number): void {
    const known = this.#results.get(shortName(name));
    const took = durationMs ?? known?.durationMs;
    const result = {
      outcome: known?.outcome === 'failed' ? known.outcome : outcome,
      ...defined({ durationMs: took }),
    };
    if (known === undefined && this.#results.size >= MAX_RESULTS) this.#overflown = true;
    else this.#results.set(known === undefined ? keptName(name) : shortName(name), result);
  }

  /** All of them, in the order in which they came; undefined when they are not exactly as many as counted: some have no name, or the same, or are too many. */
  list(counts: Counts): TestResult[] | undefined {
    const found: Record<Outcome, number> = { ...NONE };
    for (const { outcome } of this.#results.values()) found[outcome] += 1;
    const same = (Object.keys(found) as Outcome[]).every((outcome) => found[outcome] === counts[outcome]);
    if (!same || this.#overflown) return undefined;
    return [...this.#results].map(([name, result]) => ({ name, ...result }));
  }
}
