import { InFlight } from './in-flight.ts';
import { keptName, shortName } from './kept-name.ts';
import {
  itemResult,
  leadingId,
  letterResults,
  splitColumn,
  trailingOutcome,
  workerResult,
  type PytestOutcome,
} from './pytest-result.ts';
import { Tally, type Outcome } from './tally.ts';
import type { TestNames } from './test-names.ts';

/** More workers than this at once are not told apart: a bound on memory. */
const MAX_WORKERS = 256;

/** The results that pytest prints one by one while tests run: items with `-v`, letters without. */
export class PytestProgress {
  /** As pytest counts: a test whose teardown broke is in it twice. */
  readonly tally: Tally;
  readonly inFlight = new InFlight();
  /** Second results of tests that had passed or been skipped, and of tests that had failed: both from a broken teardown. */
  readonly secondResults = { afterPass: 0, afterSkip: 0, afterFailure: 0 };
  failedSubtests = 0;
  /** Several tests are in flight at once (xdist). */
  parallel = false;
  /** Letters stand between what tests printed (`-s` without `-v`), so that they can't be counted. */
  mixed = false;
  #form: 'items' | 'letters' | undefined;
  #columns: boolean | undefined;
  #open: string | undefined;
  readonly #lastOf = new Map<string, { readonly id: string; readonly outcome: Outcome }>();

  constructor(names?: TestNames) {
    this.tally = new Tally(names);
  }

  /** `genuine`: whether a progress column, if there is one, ends where pytest would end it. */
  line(text: string, genuine: (text: string) => boolean): void {
    if (text.startsWith('[gw')) return this.#worker(text);
    if (this.#form !== 'letters' && isItem(text, genuine)) return this.#item(text, genuine);
    if (this.#form === 'items') return this.#finishOpen(text, genuine);
    return this.#letters(text);
  }

  /** Nothing shows which lines are pytest's own: there is no progress column beside its results. */
  get mingled(): boolean {
    return this.mixed || (this.#form === 'items' && this.#columns === false);
  }

  /** Whether results come with names, so that a second result of a test is known as such. */
  get itemised(): boolean {
    return this.#form === 'items';
  }

  #worker(text: string): void {
    const result = workerResult(text);
    if (result === undefined) return;
    this.#form = 'items';
    this.inFlight.finish(result.id);
    this.#count(result.outcome, result.id, result.worker);
  }

  #item(text: string, genuine: (text: string) => boolean): void {
    const { body, column } = splitColumn(text);
    const result = itemResult(body);
    this.#form = 'items';
    if (result === undefined || !this.#isGenuine(text, column, genuine) || !isId(result.id, column)) {
      this.#start(text, genuine);
    } else if (column || this.#open === undefined || this.#open === shortName(result.id)) {
      this.#columns ??= column;
      this.#finish(result.outcome, result.id);
    }
  }

  /** Without columns a line that names another test than the open one was printed by the open one. */
  #start(text: string, genuine: (text: string) => boolean): void {
    const id = leadingId(this.parallel ? text.trimEnd() : text);
    if (this.parallel) return this.inFlight.start(id);
    if (this.#open !== undefined && this.#columns !== true && this.#open !== shortName(id)) {
      return this.#finishOpen(text, genuine);
    }
    this.inFlight.clear();
    this.inFlight.start(id);
    this.#open = keptName(id);
    this.#finishOpen(text.slice(id.length), genuine);
  }

  /** The outcome of a test that printed something (`-s`) or logged live stands at the end of a later line. */
  #finishOpen(text: string, genuine: (text: string) => boolean): void {
    if (this.#open === undefined) return;
    const { body, column } = splitColumn(text);
    const outcome = trailingOutcome(body);
    if (outcome !== undefined && this.#isGenuine(text, column, genuine)) this.#finish(outcome, this.#open);
  }

  #isGenuine(text: string, column: boolean, genuine: (text: string) => boolean): boolean {
    return column ? this.#columns !== false && genuine(text) : this.#columns !== true;
  }

  #finish(outcome: PytestOutcome, id: string): void {
    this.inFlight.clear();
    this.#open = undefined;
    this.#count(outcome, id, '');
  }

  #count(outcome: PytestOutcome, id: string, worker: string): void {
    if (outcome === 'failed subtest') this.failedSubtests += 1;
    if (outcome === 'none' || outcome === 'failed subtest') return;
    const last = this.#lastOf.get(worker);
    if (outcome === 'errored' && last?.id === shortName(id)) this.#second(last.outcome);
    if (this.#lastOf.size >= MAX_WORKERS) this.#lastOf.clear();
    this.#lastOf.set(worker, { id: keptName(id), outcome });
    this.tally.count(outcome, id);
  }

  #second(first: Outcome): void {
    if (first === 'passed') this.secondResults.afterPass += 1;
    else if (first === 'skipped') this.secondResults.afterSkip += 1;
    else this.secondResults.afterFailure += 1;
  }

  #letters(text: string): void {
    const results = letterResults(splitColumn(text).body);
    if (results === undefined || results.length === 0) return;
    this.#form = 'letters';
    if (results === 'mixed') this.mixed = true;
    else for (const outcome of results) this.#countLetter(outcome);
  }

  #countLetter(outcome: PytestOutcome): void {
    if (outcome === 'failed subtest') this.failedSubtests += 1;
    else if (outcome !== 'none') this.tally.count(outcome);
  }
}

/** A line that begins with `path::`; a path with spaces is believed only beside a progress column. */
function isItem(text: string, genuine: (text: string) => boolean): boolean {
  const separator = text.indexOf('::');
  if (separator <= 0 || text.lastIndexOf('.', separator) <= 0) return false;
  const space = text.indexOf(' ');
  return space === -1 || space > separator || (space > 0 && splitColumn(text).column && genuine(text));
}

/** Without a progress column beside it, a name with a space outside of brackets is more likely what a test printed. */
function isId(id: string, column: boolean): boolean {
  return column ? id.includes('::') : leadingId(id) === id;
}
