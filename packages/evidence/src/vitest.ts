import { defined, type TestReport } from '@lacuna/contracts';
import type { Format, LineReader } from './line-reader.ts';
import { add, NONE, sum, Tally, type Counts, type Outcome } from './tally.ts';
import type { TestNames } from './test-names.ts';
import { fileFigures, totalFigures, vitestDuration, type VitestFigures } from './vitest-figures.ts';

const SIGNS: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['✓', 'passed'],
  ['×', 'failed'],
  ['↓', 'skipped'],
  ['□', 'skipped'],
]);
const START = ' RUN  v';
const FILES = ' Test Files  ';
const FILE_OPENS = '❯';
const UNLISTED = 'no test is listed, so the closing figures are believed alone';

/**
 * vitest's default and verbose reporters. Its own TAP goes to the TAP reader. An expected failure is a pass, todo counts as
 * skipped; a suite that broke outside of its tests, and an unhandled error, each count as one errored beside the tests.
 *
 * The default reporter says of each file how many tests it had, the verbose one lists them, in both behind exactly one
 * space. What a test prints stands under `stdout |` or `stderr |` up to an empty line and is skipped; behind an empty line of its
 * own it can't be told apart, and then the figures disagree. Other reporters list nothing that is read here: their closing
 * figures are believed alone.
 */
class VitestReader implements LineReader {
  readonly #listed: Tally;
  #inFiles: VitestFigures | undefined;
  #brokenFiles = 0;
  #failedFiles = 0;
  #brokenSuites: number | undefined;
  #printed = false;
  #tests: VitestFigures | undefined;
  #errors = 0;
  #durationMs: number | undefined;

  constructor(names?: TestNames) {
    this.#listed = new Tally(names);
  }

  line(text: string): void {
    if (text.startsWith('stdout | ') || text.startsWith('stderr | ')) this.#printed = true;
    if (this.#printed) this.#printed = text !== '';
    else if (text.startsWith('⎯')) this.#title(text);
    else if (text.startsWith('No test files found, exiting')) this.#none();
    else if (text.charAt(0) === ' ') this.#indented(text);
  }

  rest(): void {
    // A cut line may lack the figures that make it a file, or a digit of them.
  }

  get hasSummary(): boolean {
    return this.#durationMs !== undefined;
  }

  report(): TestReport {
    const claimed = this.#claimed();
    const summary = this.#summary();
    const stopped = this.#stopped();
    return {
      format: 'vitest',
      ...(this.#tests === undefined || claimed === undefined ? {} : { collected: this.#tests.total + claimed.errored }),
      ...(claimed !== undefined && summary === 'agrees' ? claimed : this.#seen()),
      inFlight: [],
      failures: this.#listed.failures,
      summary,
      ...defined({ claimed, durationMs: this.#durationMs, stopped }),
      ...(this.#inFiles === undefined && this.#listed.total === 0 ? { caveat: UNLISTED } : {}),
    };
  }

  #indented(text: string): void {
    if (text.startsWith(' FAIL  ')) return this.#listed.nameFailure(text.slice(7).trimEnd());
    if (text.charAt(2) === ' ' && text.charAt(1) !== ' ') return this.#result(text);
    const line = text.trimStart();
    if (text.startsWith(FILES)) this.#failedFiles = totalFigures(text.slice(FILES.length))?.counts.failed ?? 0;
    if (line.startsWith('Tests  ')) this.#tests = totalFigures(line.slice(7)) ?? this.#tests;
    else if (line.startsWith('Errors  ')) this.#errors = Number.parseInt(line.slice(8), 10) || 0;
    else if (line.startsWith('Duration  ') && this.#tests !== undefined) this.#duration(line.slice(10));
  }

  /** The last of the closing lines. */
  #duration(text: string): void {
    const duration = vitestDuration(text);
    this.#durationMs = Number.isNaN(duration) ? 0 : duration;
  }

  #result(text: string): void {
    const outcome = SIGNS.get(text.charAt(1));
    const file = outcome !== undefined || text.charAt(1) === FILE_OPENS ? fileFigures(text) : undefined;
    if (file !== undefined) this.#file(file);
    else if (outcome !== undefined && text.includes(' > ')) this.#list(outcome, text);
  }

  #list(outcome: Outcome, text: string): void {
    const { name, durationMs } = testIn(text);
    this.#listed.count(outcome, name, durationMs);
  }

  #file({ total, counts }: VitestFigures): void {
    if (total === 0) this.#brokenFiles += 1;
    const before = this.#inFiles ?? { total: 0, counts: NONE };
    this.#inFiles = { total: before.total + total, counts: add(before.counts, counts) };
  }

  #title(text: string): void {
    const count = /^⎯{1,99} Failed Suites (\d{1,9}) ⎯/.exec(text)?.[1];
    if (count !== undefined) this.#brokenSuites = Number(count);
  }

  #none(): void {
    this.#tests ??= { total: 0, counts: NONE };
    this.#durationMs ??= 0;
  }

  #claimed(): Counts | undefined {
    return this.#tests && { ...this.#tests.counts, errored: this.#errored() };
  }

  #errored(): number {
    const broken = this.#brokenSuites ?? this.#brokenFiles;
    // Where nothing else is left of the output, a file that failed without a failed test tells of a suite that broke.
    const isTold = broken > 0 || (this.#tests?.counts.failed ?? 0) > 0;
    return (isTold ? broken : this.#failedFiles) + this.#errors;
  }

  #seen(): Counts {
    return { ...(this.#inFiles?.counts ?? this.#listed.counts), errored: this.#errored() };
  }

  /** With `--bail` vitest closes with more tests in all than it has results for. */
  #stopped(): string | undefined {
    const { total, counts } = this.#tests ?? { total: 0, counts: NONE };
    const idle = total - sum(counts);
    return idle > 0 ? `${idle} of ${total} tests did not run` : undefined;
  }

  #summary(): TestReport['summary'] {
    if (this.#tests === undefined || this.#durationMs === undefined) return 'missing';
    return this.#explains(this.#tests) ? 'agrees' : 'disagrees';
  }

  /** Of files, tests that were not run (`--bail`) are not listed, so that what passed can't be compared. */
  #explains({ total, counts }: VitestFigures): boolean {
    const seen = this.#seen();
    if (this.#inFiles === undefined && this.#listed.total === 0) return true;
    if (seen.failed !== counts.failed || seen.skipped !== counts.skipped) return false;
    return this.#inFiles === undefined ? seen.passed === counts.passed : this.#inFiles.total === total;
  }
}

/** ` × a.test.js > fails 8ms (retry x1)`, without its sign and notes. */
function testIn(text: string): { readonly name: string; readonly durationMs?: number } {
  const note = text.endsWith(')') ? Math.max(text.lastIndexOf(' (retry x'), text.lastIndexOf(' (repeat x')) : -1;
  const name = (note === -1 ? text : text.slice(0, note)).slice(3);
  const space = name.lastIndexOf(' ');
  const duration = /^(\d{1,9})ms$/.exec(name.slice(space + 1))?.[1];
  return duration === undefined ? { name } : { name: name.slice(0, space), durationMs: Number(duration) };
}

function isStart(text: string): boolean {
  return text.startsWith(START);
}

/** The first of the closing lines, which `vitest | tail` may leave without any other: with the exit code of `tail`. */
function isClosing(text: string): boolean {
  return text.startsWith(FILES) && totalFigures(text.slice(FILES.length)) !== undefined;
}

export const vitest: Format = {
  name: 'vitest',
  signs: { beginnings: [START, FILES] },
  recognise: (text) => (isStart(text) || isClosing(text) ? 'surely' : 'no'),
  begins: isStart,
  open: (names) => new VitestReader(names),
};
