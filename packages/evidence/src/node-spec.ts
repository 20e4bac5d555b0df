import { defined, type TestReport } from '@lacuna/contracts';
import type { Format, LineReader, Recognition } from './line-reader.ts';
import { NodeSummary, type NodeFigures } from './node-summary.ts';
import { indentOf } from './tap-line.ts';
import { add, sum, Tally, type Counts, type Outcome } from './tally.ts';
import type { TestNames } from './test-names.ts';

/** The spec reporter's signs; `⚠` is a failing test marked as to do. */
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['✔', 'passed'],
  ['✖', 'failed'],
  ['﹣', 'skipped'],
  ['⚠', 'skipped'],
]);
const OPENS = '▶';
const DIAGNOSTIC = 'ℹ';

interface SpecResult {
  readonly indent: number;
  readonly outcome: Outcome;
  readonly name: string;
  readonly duration: string;
}

/**
 * The spec reporter of node:test. It announces no count, so before its closing figures only "so many so far" is known. A
 * line that ends a suite looks like a test; until the figures come, results behind deeper ones are taken for suites. To do
 * counts as skipped, cancelled as errored.
 *
 * A line `✔ name (1.234ms)` that a test prints can't be told from a result: it counts, and then the figures disagree.
 *
 * When a test calls `process.exit`, `node --test` closes with the tests reported by then, or with the file as one test, as if there
 * were no more: only the expected number of tests shows it.
 */
class NodeSpecReader implements LineReader {
  /** All results, suites among them. */
  readonly #all = new Tally();
  /** Results without a fraction of a millisecond: one in a million is node's, others are printed by tests. */
  readonly #doubtful = new Tally();
  /** Results without a duration: what was cancelled before it ran. */
  readonly #untimed = new Tally();
  readonly #tests: Tally;
  readonly #closing = new NodeSummary();
  #indent = 0;
  #repeating = false;

  constructor(names?: TestNames) {
    this.#tests = new Tally(names);
  }

  line(text: string): void {
    const indent = indentOf(text);
    const sign = text.charAt(indent);
    if (sign === DIAGNOSTIC) return indent === 0 ? this.#closing.line(text.slice(2)) : undefined;
    if (this.#closing.figures !== undefined && text.endsWith('failing tests:')) this.#repeating = true;
    const result = OUTCOMES.has(sign) && !this.#repeating ? specResult(text) : undefined;
    if (result !== undefined) this.#result(result);
  }

  rest(): void {
    // A cut line may lack the part that says what it is.
  }

  get hasSummary(): boolean {
    return this.#closing.whole;
  }

  report(): TestReport {
    const { figures } = this.#closing;
    const summary = this.#summary();
    const claimed = figures && {
      passed: figures.pass,
      failed: figures.fail,
      skipped: figures.skipped + figures.todo,
      errored: figures.cancelled,
    };
    return {
      format: 'node-test',
      ...defined({ collected: figures?.tests }),
      ...(claimed !== undefined && summary === 'agrees' ? claimed : this.#tests.counts),
      inFlight: [],
      failures: (figures?.suites === 0 ? this.#all : this.#tests).failures,
      summary,
      ...(figures === undefined || claimed === undefined ? {} : { claimed, durationMs: figures.duration_ms }),
    };
  }

  #result({ indent, outcome, name, duration }: SpecResult): void {
    this.#closing.void();
    if (duration !== '' && !duration.includes('.')) return this.#doubtful.count(outcome);
    (duration === '' ? this.#untimed : this.#all).count(outcome, name);
    if (indent >= this.#indent) this.#tests.count(outcome, name, duration === '' ? undefined : Number(duration));
    this.#indent = indent;
  }

  #summary(): TestReport['summary'] {
    const { figures } = this.#closing;
    if (figures === undefined) return 'missing';
    const sure = this.#all.counts;
    const timed = [sure, add(sure, this.#doubtful.counts)];
    const all = [...timed, ...timed.map((counts) => add(counts, this.#untimed.counts))];
    return all.some((counts) => explains(counts, figures)) ? 'agrees' : 'disagrees';
  }
}

/** Every result is a test or a suite, and what is not among the tests' figures must be a suite's. */
function explains(results: Counts, figures: NodeFigures): boolean {
  const { tests, suites, pass, fail, cancelled, skipped, todo } = figures;
  return (
    sum(results) === tests + suites &&
    pass + fail + cancelled + skipped + todo === tests &&
    results.passed >= pass &&
    results.failed >= fail + cancelled &&
    results.skipped >= skipped + todo
  );
}

/** Reads `✔ name (1.2ms)`, `﹣ name (0.1ms) # reason`, and `  ✖ name` within a suite that was cancelled. */
function specResult(text: string): SpecResult | undefined {
  const indent = indentOf(text);
  const outcome = OUTCOMES.get(text.charAt(indent));
  if (indent > 0 && outcome === 'failed' && !text.endsWith(')'))
    return { indent, outcome, name: text.slice(indent + 2), duration: '' };
  const end = text.endsWith('ms)') ? text.length - 3 : text.lastIndexOf('ms) # ');
  const open = text.lastIndexOf(' (', end);
  if (outcome === undefined || end <= 0 || open <= indent) return undefined;
  const duration = text.slice(open + 2, end);
  if (!/^\d{1,12}(?:\.\d{1,12})?$/.test(duration)) return undefined;
  const reason = text.slice(end + 6);
  const marked = reason !== '' && outcome === 'passed' && !reason.startsWith('EXPECTED');
  return { indent, duration, outcome: marked ? 'skipped' : outcome, name: text.slice(indent + 2, open) };
}

/** Spinners print such lines, too, but not with a fraction of a millisecond. */
function recognise(text: string): Recognition {
  const sign = text.charCodeAt(indentOf(text));
  if (sign < 0x2000) return 'no';
  return specResult(text)?.duration.includes('.') === true ? 'surely' : 'no';
}

export const nodeSpec: Format = {
  name: 'node-test',
  signs: { beginnings: [' '] },
  recognise,
  // What failed is repeated behind the figures, so that a failure begins nothing.
  begins: (text, again) => (again && text.startsWith(OPENS)) || (recognise(text) === 'surely' && text.includes('✔')),
  open: (names) => new NodeSpecReader(names),
};
