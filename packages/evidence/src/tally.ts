import { MAX_NAMES, type TestReport } from '@lacuna/contracts';
import { keptName } from './kept-name.ts';

export type Counts = Pick<TestReport, 'passed' | 'failed' | 'skipped' | 'errored'>;
export type Outcome = keyof Counts;

/** Whoever wants the names of all tests. */
interface Names {
  add(name: string, outcome: Outcome, durationMs?: number): void;
}

/** Results counted one by one, with the names of those that failed or could not be judged; those of all others go to `names`. */
export class Tally {
  readonly #names: Names | undefined;
  readonly #counts: Record<Outcome, number> = { passed: 0, failed: 0, skipped: 0, errored: 0 };
  readonly #failures = new Set<string>();

  constructor(names?: Names) {
    this.#names = names;
  }

  count(outcome: Outcome, name?: string, durationMs?: number): void {
    this.#counts[outcome] += 1;
    if (name !== undefined) this.#names?.add(name, outcome, durationMs);
    if (name !== undefined && (outcome === 'failed' || outcome === 'errored')) this.nameFailure(name);
  }

  nameFailure(name: string): void {
    if (this.#failures.size < MAX_NAMES && name !== '') this.#failures.add(keptName(name));
  }

  get counts(): Counts {
    return { ...this.#counts };
  }

  get total(): number {
    return sum(this.#counts);
  }

  get failures(): string[] {
    return [...this.#failures];
  }
}

/** No results. */
export const NONE: Counts = { passed: 0, failed: 0, skipped: 0, errored: 0 };

/** Both together. */
export function add(one: Counts, other: Counts): Counts {
  return {
    passed: one.passed + other.passed,
    failed: one.failed + other.failed,
    skipped: one.skipped + other.skipped,
    errored: one.errored + other.errored,
  };
}

/** How many results there are in all. */
export function sum(counts: Counts): number {
  return counts.passed + counts.failed + counts.skipped + counts.errored;
}

/** Whether both have as many of each outcome. */
export function sameCounts(one: Counts, other: Counts): boolean {
  return (
    one.passed === other.passed &&
    one.failed === other.failed &&
    one.skipped === other.skipped &&
    one.errored === other.errored
  );
}
