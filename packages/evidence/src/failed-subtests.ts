import { keptName, shortName } from './kept-name.ts';

/** More tests than this are not told apart: a bound on memory. */
const MAX_FOLLOWED = 4_096;

/** Subtests that pytest names as failed. With unittest's `subTest` their test itself is listed as passed; it has failed all the same. */
export class FailedSubtests {
  readonly #parents = new Set<string>();
  #count = 0;

  failed(parent: string): void {
    this.#count += 1;
    if (this.#parents.size < MAX_FOLLOWED) this.#parents.add(keptName(parent));
  }

  parentFailed(parent: string): void {
    this.#parents.delete(shortName(parent));
  }

  get count(): number {
    return this.#count;
  }

  /** Tests that were not listed as failed though subtests of theirs were. */
  get unfailedParents(): number {
    return this.#parents.size;
  }
}
