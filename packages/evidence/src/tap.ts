import { defined, type TestReport } from '@lacuna/contracts';
import type { Format, LineReader, Recognition } from './line-reader.ts';
import { keptName } from './kept-name.ts';
import { NodeSummary } from './node-summary.ts';
import { indentOf, tapLine, type TapResult } from './tap-line.ts';
import { TapPlans } from './tap-plans.ts';
import { Tally, type Counts } from './tally.ts';
import type { TestNames } from './test-names.ts';

const SUBTEST = 'Subtest: ';
const DURATION = /^duration_ms: (\d{1,12}(?:\.\d{1,12})?)$/;

/**
 * TAP 12 to 14 with subtests, by indentation or in braces, and the TAP of node:test. Counts are of tests without subtests; with
 * node:test, which says of each result whether it is a test or a suite, they are its own. SKIP and TODO count as skipped.
 *
 * The plan is the closing summary: every level must have as many results as its plan. node:test also closes with figures, which
 * must be there and agree. Text that a test prints is told apart by its indentation, by its place (YAML blocks are skipped) and
 * by its number, which must be the next one; a printed line with the right number counts, and then the plan disagrees.
 *
 * When a test calls `process.exit`, `node --test` closes with the tests reported by then, or with the file as one test, as if there
 * were no more: only the expected number of tests shows it.
 */
class TapReader implements LineReader {
  readonly #tests: Tally;
  /** What node:test says to be a test. */
  readonly #typed: Tally;
  #plans = new TapPlans();
  readonly #closing = new NodeSummary();
  #last: TapResult | undefined;
  #yaml: number | undefined;
  /** Of the result whose block it stands in; node:test says it before the type. */
  #durationMs: number | undefined;
  #isNode = false;
  /** Whose `# Subtest: name` the line before was; node:test also writes it in front of tests without subtests. */
  #announced: string | undefined;
  #bailedOut: string | undefined;

  constructor(names?: TestNames) {
    this.#tests = new Tally(names);
    this.#typed = new Tally(names);
  }

  line(text: string): void {
    if (this.#yaml !== undefined) return this.#diagnostic(text, this.#yaml);
    const line = tapLine(text);
    if (line?.kind === 'result') this.#result(line);
    else if (line?.kind === 'plan') this.#plans.plan(line.depth, line.count);
    else if (line?.kind === 'close') this.#close(line.depth);
    else if (line?.kind === 'comment') this.#closing.line(line.text);
    else if (isVersion(text) && this.#tests.total === 0) this.#plans = new TapPlans();
    else if (line?.kind === 'bail out') this.#bailedOut = keptName(line.reason);
    else if (text.endsWith('---')) this.#openDiagnostic(text);
    const isAnnouncement = line?.kind === 'comment' && line.text.startsWith(SUBTEST);
    this.#announced = isAnnouncement ? line.text.slice(SUBTEST.length) : undefined;
  }

  rest(): void {
    // A cut line of TAP says nothing: its number or its directive may be cut.
  }

  get hasSummary(): boolean {
    return this.#tests.total > 0 && this.#plans.state === 'agrees';
  }

  report(): TestReport {
    const { figures } = this.#closing;
    const summary = this.#summary();
    const claimed: Counts | undefined = figures && {
      passed: figures.pass,
      failed: figures.fail,
      skipped: figures.skipped + figures.todo,
      errored: figures.cancelled,
    };
    const tally = this.#isNode ? this.#typed : this.#tests;
    const collected = this.#isNode ? figures?.tests : this.#plans.announced;
    return {
      format: 'tap',
      ...defined({ collected }),
      ...(claimed !== undefined && summary === 'agrees' ? claimed : tally.counts),
      inFlight: [],
      failures: tally.failures,
      summary,
      ...(figures === undefined || claimed === undefined ? {} : { claimed, durationMs: figures.duration_ms }),
      ...defined({ stopped: this.#bailedOut }),
    };
  }

  #result(line: TapResult): void {
    // node:test numbers the result of a file that broke by itself, but announces it.
    const isAnnounced = this.#announced === line.name;
    const is = this.#plans.result(line, isAnnounced);
    if (is === 'printed') return;
    this.#last = { ...line, name: keptName(line.name) };
    if (is === 'test') this.#tests.count(line.outcome, line.name);
    if (is === 'test' && isAnnounced) this.#isNode = true;
    if (is === 'broken group') this.#tests.count('errored', line.name);
    this.#closing.void();
  }

  #close(depth: number): void {
    const broken = this.#plans.close(depth);
    if (broken !== undefined) this.#tests.count('errored', broken.name);
  }

  #openDiagnostic(text: string): void {
    const indent = indentOf(text);
    if (this.#last === undefined || text.length !== indent + 3 || indent <= 4 * this.#last.depth) return;
    this.#yaml = indent;
    this.#durationMs = undefined;
  }

  #diagnostic(text: string, indent: number): void {
    if (indentOf(text) !== indent) return;
    const key = text.slice(indent);
    if (key === '...') this.#yaml = undefined;
    const duration = DURATION.exec(key)?.[1];
    if (duration !== undefined) this.#durationMs = Number(duration);
    if (key !== "type: 'test'" && key !== "type: 'suite'") return;
    this.#isNode = true;
    if (key === "type: 'test'" && this.#last !== undefined)
      this.#typed.count(this.#last.outcome, this.#last.name, this.#durationMs);
    this.#last = undefined;
  }

  #summary(): TestReport['summary'] {
    const { figures } = this.#closing;
    if (this.#bailedOut !== undefined || (this.#isNode && figures === undefined)) return 'missing';
    const state = this.#plans.state;
    if (state !== 'agrees' || figures === undefined || !this.#isNode) return state;
    const { counts } = this.#typed;
    const same =
      counts.passed === figures.pass &&
      counts.failed === figures.fail + figures.cancelled &&
      counts.skipped === figures.skipped + figures.todo &&
      this.#typed.total === figures.tests;
    return same ? 'agrees' : 'disagrees';
  }
}

function isVersion(text: string): boolean {
  return text.startsWith('TAP version 1');
}

/** A plan alone may be anybody's `1..10`. */
function recognise(text: string): Recognition {
  if (isVersion(text)) return 'surely';
  if (text.startsWith('ok 1 ') || text.startsWith('not ok 1 ')) return 'surely';
  return text.startsWith('1..') && tapLine(text)?.kind === 'plan' ? 'perhaps' : 'no';
}

export const tap: Format = {
  name: 'tap',
  signs: { beginnings: ['TAP version 1', 'ok 1 ', 'not ok 1 ', '1..'] },
  recognise,
  begins: (text, again) => recognise(text) === 'surely' || (again && recognise(text) === 'perhaps'),
  open: (names) => new TapReader(names),
};
