import { defined, type TestReport } from '@lacuna/contracts';
import type { Format, LineReader, Recognition } from './line-reader.ts';
import { FailedSubtests } from './failed-subtests.ts';
import { closingFigures, collection, type PytestClosing, type PytestCollection } from './pytest-figures.ts';
import { PytestProgress } from './pytest-progress.ts';
import {
  isAscii,
  isClosing,
  isQuietLine,
  isSection,
  isSectionTitle,
  isStart,
  MIN_RULE,
  NAMES,
  START,
  strip,
} from './pytest-signs.ts';
import { keptName } from './kept-name.ts';
import { sameCounts, sum, type Counts } from './tally.ts';
import type { TestNames } from './test-names.ts';

/** `-q` and nothing to run: the whole output. */
const NO_TESTS = /^no tests ran in \d{1,9}\.\d\ds$/;
/** What a line of the section of names begins with: `SUBFAILED[message] (n=1) ` may stand for `FAILED `. */
const FAILURE_WORD = /^(?:FAILED|ERROR|SUBFAILED(?:\[[^\]]{0,200}\])?(?: ?\([^)]{0,200}\))?) /;
const MINGLED = 'without a progress column (-s) a line that a test prints may look like a result';

/**
 * pytest: `-v`, letters, `-q`, `-n` (xdist), `-s`, reruns, `-x`, collection errors. Expected failures count as skipped,
 * unexpected passes as passed; a file that could not be collected counts as one collected and errored; a test that passed and
 * whose teardown broke counts once, as errored.
 *
 * What tests print is told apart by the sections behind the results, by the width of the terminal that rules and progress
 * columns fill, and by the order of starts and results. With `-s` pytest drops the column, so that a printed `path::name
 * PASSED`, or an outcome at the end of a printed line, counts as a result (the closing line then disagrees). With `-s` and
 * without `-v`, letters and output can't be told apart: the closing line is then compared with the announced count only. `-qq` has no
 * closing line, so it is never complete; `-q --tb=no` counts a test twice whose teardown broke, as pytest does.
 */
class PytestReader implements LineReader {
  readonly #progress: PytestProgress;
  readonly #fillsWidth = (text: string): boolean => text.length >= (this.#width ?? MIN_RULE) - 1 || !isAscii(text);
  #phase: 'running' | 'sections' | 'names' = 'running';
  #width: number | undefined;
  #collection: PytestCollection | undefined;
  #uncollectable = 0;
  #brokenTeardowns = 0;
  #stopped: string | undefined;
  readonly #subtests = new FailedSubtests();
  #closing: PytestClosing | undefined;

  constructor(names?: TestNames) {
    this.#progress = new PytestProgress(names);
  }

  line(text: string): void {
    const first = text.charAt(0);
    if (first === '=') this.#rule(text);
    else if (first === '!') this.#stop(text);
    else if (this.#phase === 'running') this.#running(text);
    else if (this.#phase === 'names') this.#failure(text);
    else if (first === '_') this.#title(text);
    if (this.#width === undefined && (text.endsWith(')') || text.endsWith('s'))) this.#close(text);
  }

  rest(text: string): void {
    if (this.#phase === 'running' && !text.startsWith('=')) this.#running(text);
  }

  get hasSummary(): boolean {
    return this.#closing !== undefined;
  }

  report(): TestReport {
    const { tally, inFlight } = this.#progress;
    const collected = this.#collected();
    return {
      format: 'pytest',
      ...defined({ collected }),
      ...this.#counts(),
      inFlight: inFlight.names,
      failures: tally.failures,
      summary: this.#summary(),
      ...defined({ claimed: this.#closing?.claimed, durationMs: this.#closing?.durationMs, stopped: this.#stopped }),
      ...(this.#progress.mingled ? { caveat: MINGLED } : {}),
    };
  }

  #running(text: string): void {
    if (this.#collection === undefined) this.#collect(text);
    if (this.#collection !== undefined || this.#width === undefined) this.#progress.line(text, this.#fillsWidth);
  }

  #collect(text: string): void {
    this.#collection = collection(text);
    this.#progress.parallel ||= this.#collection?.parallel === true;
  }

  /** `!!!!!! stopping after 1 failures !!!!!!`; with xdist a second one repeats it. */
  #stop(text: string): void {
    if (text.startsWith('!!!') && text.endsWith('!!!') && this.#fillsWidth(text))
      this.#stopped ??= keptName(strip(text, '!'));
  }

  #rule(text: string): void {
    const title = strip(text, '=');
    if (title === START) this.#width = text.length;
    if (!this.#fillsWidth(text)) return;
    if (isSectionTitle(title)) {
      this.#phase = title === NAMES ? 'names' : 'sections';
      this.#closing = undefined;
    }
    this.#close(title);
  }

  #close(text: string): void {
    this.#closing = closingFigures(text) ?? this.#closing;
  }

  #title(text: string): void {
    const title = this.#fillsWidth(text) ? strip(text, '_') : '';
    if (title.startsWith('ERROR collecting ')) this.#uncollectable += 1;
    if (title.startsWith('ERROR at teardown of ')) this.#brokenTeardowns += 1;
  }

  #failure(text: string): void {
    const word = FAILURE_WORD.exec(text)?.[0];
    if (word === undefined) return;
    const dash = text.indexOf(' - ', word.length);
    const bracket = text.indexOf('[', word.length);
    const end = bracket !== -1 && bracket < dash ? text.indexOf('] - ', bracket) + 1 : dash;
    const name = text.slice(word.length, end > 0 ? end : text.length);
    this.#progress.tally.nameFailure(name);
    if (word.startsWith('SUB')) this.#subtests.failed(name);
    else this.#subtests.parentFailed(name);
  }

  #collectionErrors(): number {
    return Math.max(this.#uncollectable, this.#collection?.errors ?? 0);
  }

  #collected(): number | undefined {
    return this.#collection === undefined ? undefined : this.#collection.selected + this.#collectionErrors();
  }

  #summary(): TestReport['summary'] {
    if (this.#closing === undefined) return 'missing';
    const seen = this.#seen();
    const subtests = Math.max(this.#progress.failedSubtests, this.#subtests.count);
    const same = sameCounts({ ...seen, failed: seen.failed + subtests }, this.#closing.claimed);
    return same || this.#announcedAgrees(this.#closing.claimed) ? 'agrees' : 'disagrees';
  }

  #announcedAgrees(claimed: Counts): boolean {
    const excess = sum(claimed) - (this.#collected() ?? Infinity);
    return this.#progress.mixed && excess >= 0 && excess <= claimed.errored;
  }

  #seen(): Counts {
    const { counts } = this.#progress.tally;
    return { ...counts, errored: counts.errored + this.#collectionErrors() };
  }

  #counts(): Counts {
    const claimed = this.#closing?.claimed;
    const all = claimed !== undefined && this.#announcedAgrees(claimed) ? claimed : this.#seen();
    const { afterPass, afterSkip, afterFailure } = this.#progress.itemised
      ? this.#progress.secondResults
      : this.#hiddenSecondResults(all);
    const { unfailedParents } = this.#subtests;
    return {
      passed: Math.max(0, all.passed - afterPass - unfailedParents),
      failed: all.failed + unfailedParents,
      skipped: all.skipped - afterSkip,
      errored: all.errored - afterFailure,
    };
  }

  /** Letters don't say whose teardown broke: the titles of the failures do, or there are more results than tests. */
  #hiddenSecondResults(all: Counts): PytestProgress['secondResults'] {
    const excess = Math.min(sum(all) - (this.#collected() ?? Infinity), all.errored);
    const second = Math.max(this.#brokenTeardowns, excess, 0);
    const afterPass = Math.min(second, all.passed);
    return { afterPass, afterSkip: 0, afterFailure: Math.min(second - afterPass, all.errored) };
  }
}

export const pytest: Format = {
  name: 'pytest',
  signs: { beginnings: ['=', 'no tests ran in '], end: ']' },
  recognise(text): Recognition {
    const isRule = text.startsWith('=') && (isSection(text) || isClosing(text));
    const known = isRule || isStart(text) || isQuietLine(text) || NO_TESTS.test(text);
    return known ? 'surely' : 'no';
  },
  begins: (text) => isStart(text) || isQuietLine(text),
  open: (names) => new PytestReader(names),
};
