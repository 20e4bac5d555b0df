import type { TestReport } from '@lacuna/contracts';
import type { Format, LineReader, Recognition } from './line-reader.ts';
import { closingFigures, collection, type PytestClosing, type PytestCollection } from './pytest-figures.ts';
import { PytestProgress } from './pytest-progress.ts';
import {
  isAscii,
  isQuietLine,
  isSection,
  isSectionTitle,
  isStart,
  MIN_RULE,
  NAMES,
  START,
  strip,
} from './pytest-signs.ts';
import { sameCounts, sum, type Counts } from './tally.ts';

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
  readonly #progress = new PytestProgress();
  readonly #fillsWidth = (text: string): boolean => text.length >= (this.#width ?? MIN_RULE) - 1 || !isAscii(text);
  #phase: 'running' | 'sections' | 'names' = 'running';
  #width: number | undefined;
  #collection: PytestCollection | undefined;
  #uncollectable = 0;
  #brokenTeardowns = 0;
  #stopped = false;
  #closing: PytestClosing | undefined;

  line(text: string): void {
    const first = text.charAt(0);
    if (first === '=') this.#rule(text);
    else if (first === '!') this.#stopped ||= text.startsWith('!!!') && text.endsWith('!!!') && this.#fillsWidth(text);
    else if (this.#phase === 'running') this.#running(text);
    else if (this.#phase === 'names') this.#failure(text);
    else if (first === '_') this.#title(text);
    if (this.#width === undefined && (text.endsWith(')') || text.endsWith('s'))) this.#close(text);
  }

  rest(text: string): void {
    if (this.#phase === 'running' && !text.startsWith('=')) this.#running(text);
  }

  startsNext(text: string): boolean {
    return (isStart(text) || isQuietLine(text)) && this.#summary() === 'agrees';
  }

  report(): TestReport {
    const { tally, inFlight } = this.#progress;
    const collected = this.#collected();
    return {
      format: 'pytest',
      ...(collected === undefined ? {} : { collected }),
      ...this.#counts(),
      inFlight: inFlight.names,
      failures: tally.failures,
      summary: this.#summary(),
      ...(this.#closing === undefined ? {} : { claimed: this.#closing.claimed, durationMs: this.#closing.durationMs }),
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
    if (!text.startsWith('FAILED ') && !text.startsWith('ERROR ')) return;
    const dash = text.indexOf(' - ');
    const bracket = text.indexOf('[');
    const end = bracket !== -1 && bracket < dash ? text.indexOf('] - ') + 1 : dash;
    this.#progress.tally.nameFailure(text.slice(text.indexOf(' ') + 1, end > 0 ? end : text.length));
  }

  #collectionErrors(): number {
    return Math.max(this.#uncollectable, this.#collection?.errors ?? 0);
  }

  #collected(): number | undefined {
    return this.#collection === undefined ? undefined : this.#collection.selected + this.#collectionErrors();
  }

  /** `-x` without an announced count leaves open how many tests did not run: such figures prove nothing. */
  #summary(): TestReport['summary'] {
    if (this.#closing === undefined) return 'missing';
    if (this.#stopped && this.#collection === undefined) return 'disagrees';
    const { failedSubtests } = this.#progress;
    const seen = this.#seen();
    const same = sameCounts({ ...seen, failed: seen.failed + failedSubtests }, this.#closing.claimed);
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
    return {
      passed: all.passed - afterPass,
      failed: all.failed,
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
  recognise(text): Recognition {
    const known = isStart(text) || isQuietLine(text) || (text.startsWith('====') && isSection(text));
    return known ? 'surely' : 'no';
  },
  open: () => new PytestReader(),
};
