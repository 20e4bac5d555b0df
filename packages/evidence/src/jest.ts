import { defined, type TestReport } from '@lacuna/contracts';
import type { Format, LineReader } from './line-reader.ts';
import { jestFigures, type JestFigures } from './jest-figures.ts';
import { keptName } from './kept-name.ts';
import { indentOf } from './tap-line.ts';
import { NONE, sum, Tally, type Counts, type Outcome } from './tally.ts';

const SIGNS: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['✓', 'passed'],
  ['✕', 'failed'],
  ['○', 'skipped'],
  ['✎', 'skipped'],
]);
const NO_TESTS = 'No tests found, exiting';

/**
 * jest's default and verbose reporters. Todo counts as skipped; a file that failed to run counts as one errored beside the
 * tests. Without `--verbose` and with several files jest lists only files and failures: then these are compared with its
 * closing figures, and before those the number of passed tests is not known.
 *
 * What a test writes straight to stdout stands unmarked between the lines of jest: a printed `PASS a.test.js` counts as a file,
 * a printed `✓ name` behind it as a test, and then the figures disagree.
 */
class JestReader implements LineReader {
  readonly #listed = new Tally();
  readonly #files = new Tally();
  readonly #failed = new Tally();
  #listing = false;
  #repeating = false;
  #broken = 0;
  #lastTitle = '';
  #suites: JestFigures | undefined;
  #tests: JestFigures | undefined;
  #durationMs: number | undefined;

  line(text: string): void {
    if (isFile(text)) this.#file(text);
    else if (text.startsWith('  ')) this.#indented(text);
    else if (text.startsWith('Summary of all failing tests')) this.#repeating = true;
    else if (text.startsWith('Test Suites: ')) this.#suites = jestFigures(text.slice(13));
    else if (text.startsWith('Tests: ')) this.#tests = jestFigures(text.slice(7));
    else if (text.startsWith('Time: ')) this.#time(text.slice(6));
    else if (text.startsWith(NO_TESTS)) this.#none();
  }

  rest(): void {
    // A cut line may lack a digit, or the sign's name.
  }

  get hasSummary(): boolean {
    return this.#durationMs !== undefined;
  }

  report(): TestReport {
    const summary = this.#summary();
    const claimed = this.#tests && { ...this.#tests.counts, errored: this.#broken };
    const stopped = this.#stopped();
    return {
      format: 'jest',
      ...(this.#tests === undefined || stopped !== undefined ? {} : { collected: this.#tests.total + this.#broken }),
      ...(claimed !== undefined && summary === 'agrees' ? claimed : this.#seen()),
      inFlight: [],
      failures: this.#failed.failures,
      summary,
      ...defined({ claimed, durationMs: this.#durationMs, stopped }),
      caveat: 'lines that tests write straight to stdout can look like those of jest',
    };
  }

  #file(text: string): void {
    if (this.#repeating) return;
    this.#listing = true;
    this.#files.count(text.slice(0, 5).includes('PASS') ? 'passed' : 'failed');
  }

  #indented(text: string): void {
    const indent = indentOf(text);
    const sign = text.charAt(indent);
    if (sign === '●') return this.#detail(text, indent);
    const outcome = this.#listing && indent % 2 === 0 ? SIGNS.get(sign) : undefined;
    if (outcome !== undefined && text.charAt(indent + 1) === ' ') this.#listed.count(outcome);
  }

  /** `  ● suite › name` heads each thing that a failing test has to say, and ends the list of a file. */
  #detail(text: string, indent: number): void {
    const title = text.slice(4).trimEnd();
    if (indent !== 2 || this.#repeating || !this.#hasFailure() || title.startsWith('Console')) return;
    this.#listing = false;
    if (title === 'Test suite failed to run') this.#broken += 1;
    else if (title !== this.#lastTitle) this.#failed.count('failed', title);
    this.#lastTitle = keptName(title);
  }

  #hasFailure(): boolean {
    return this.#files.counts.failed > 0;
  }

  #time(text: string): void {
    const seconds = /^ *(\d{1,9}(?:\.\d{1,3})?) s(?:,|$)/.exec(text)?.[1];
    if (this.#tests !== undefined) this.#durationMs = Number(seconds ?? 0) * 1000;
  }

  #none(): void {
    this.#tests ??= { total: 0, of: 0, counts: NONE };
    this.#suites ??= { total: 0, of: 0, counts: NONE };
    this.#durationMs ??= 0;
  }

  #seen(): Counts {
    const { counts } = this.#listed.total > 0 ? this.#listed : this.#failed;
    return { ...counts, errored: this.#broken };
  }

  #summary(): TestReport['summary'] {
    if (this.#tests === undefined || this.#suites === undefined || this.#durationMs === undefined) return 'missing';
    return this.#explains(this.#suites, this.#tests) ? 'agrees' : 'disagrees';
  }

  /** With `--bail` jest closes with `1 of 2 total` files: how many tests the others hold is not known. */
  #stopped(): string | undefined {
    if (this.#suites === undefined || this.#suites.of === this.#suites.total) return undefined;
    return `${this.#suites.total} of ${this.#suites.of} files ran`;
  }

  #explains(suites: JestFigures, tests: JestFigures): boolean {
    const { passed, failed } = this.#files.counts;
    if (passed !== suites.counts.passed || failed !== suites.counts.failed) return false;
    if (sum(tests.counts) > tests.total) return false;
    const seen = this.#seen();
    if (this.#listed.total === 0) return seen.failed === tests.counts.failed;
    return (
      seen.passed === tests.counts.passed &&
      seen.failed === tests.counts.failed &&
      seen.skipped === tests.counts.skipped
    );
  }
}

/** `PASS ./a.test.js (5.1 s)`, with the name of a project before the path when there are several, with more spaces in colour. */
function isFile(text: string): boolean {
  const at = text.charAt(0) === ' ' ? 1 : 0;
  if (!text.startsWith('PASS ', at) && !text.startsWith('FAIL ', at)) return false;
  return text.length < MAX_FILE_LINE && FILE.test(text.slice(at + 5));
}

const FILE = /^ ?(?:[^ ]+ {1,3})?[^ ]+\.[cm]?[jt]sx?(?: \(|$)/;

/** PATH_MAX of Linux, 4096, and some room. */
const MAX_FILE_LINE = 5_000;

export const jest: Format = {
  name: 'jest',
  signs: { beginnings: ['PASS ', 'FAIL ', ' PASS ', ' FAIL ', 'Test Suites: ', NO_TESTS] },
  recognise: (text) =>
    isFile(text) || text.startsWith('Test Suites: ') || text.startsWith(NO_TESTS) ? 'surely' : 'no',
  begins: isFile,
  open: () => new JestReader(),
};
