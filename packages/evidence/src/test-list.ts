import { defined, type TestResult } from '@lacuna/contracts';
import { keptName } from './kept-name.ts';
import { MAX_RESULTS } from './test-names.ts';

/** The test cases of a report file, one by one as they stand there: unlike in a log, two may have one name. */
export class TestList {
  readonly #results: TestResult[] = [];
  #isWhole = true;

  add(name: string, outcome: TestResult['outcome'], durationMs?: number): void {
    if (name === '' || this.#results.length === MAX_RESULTS) this.#isWhole = false;
    else this.#results.push({ name: keptName(name), outcome, ...defined({ durationMs }) });
  }

  /** All of them, or none when one has no name or there are too many. */
  get results(): { readonly results?: readonly TestResult[] } {
    return this.#isWhole ? { results: this.#results } : {};
  }
}
