import { defined, MAX_NAMES, type TestReport } from '@lacuna/contracts';
import { goEvent, isGoEvent } from './go-event.ts';
import { GoPackages } from './go-packages.ts';
import { InFlight } from './in-flight.ts';
import type { Format, LineReader } from './line-reader.ts';
import { keptName } from './kept-name.ts';
import { Tally, type Outcome } from './tally.ts';
import type { TestNames } from './test-names.ts';

const RESULTS: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['PASS', 'passed'],
  ['FAIL', 'failed'],
  ['SKIP', 'skipped'],
]);
const RUN = '=== RUN   ';
const RESULT = '--- ';
const TIMED_OUT = 'panic: test timed out after ';
const UNLISTED = 'without -v or -json go lists packages, not tests, and a test may print a line like theirs';

/**
 * `go test -v` and `-json`, which list tests, subtests and their parents among them (as gotestsum counts), and plain `go test`,
 * which lists only packages: then packages are counted, and tests named when they fail. A package that failed though none of
 * its tests did (build, `TestMain`) counts as one errored.
 *
 * go announces neither tests nor packages. Each package closes with `ok` or `FAIL`, and a run of several with a lone `FAIL` if
 * one failed; of a run in which all passed, a log cut exactly between two packages looks complete. With `-json` nothing that
 * a test prints can be taken for a result; with `-v` only results of tests in flight count; without either, a printed `ok`
 * line counts as a package, unless a test of its package failed.
 */
class GoReader implements LineReader {
  readonly #tests: Tally;
  readonly #packages = new GoPackages();
  readonly #inFlight = new InFlight();
  /** Tests in flight when their package failed: they will never have a result. */
  #lost: readonly string[] = [];
  #listed = false;
  #timedOut: string | undefined;

  constructor(names?: TestNames) {
    this.#tests = new Tally(names);
  }

  line(text: string): void {
    if (text.startsWith(RUN)) return this.#started(text.slice(RUN.length).trimEnd());
    if (text.startsWith('{')) return this.#event(text);
    if (text.startsWith(TIMED_OUT)) this.#timedOut = keptName(text.slice('panic: '.length));
    if (this.#packages.line(text)) this.#lose();
    const result = text.indexOf(RESULT);
    if (result !== -1) this.#result(text, result + RESULT.length);
  }

  rest(text: string): void {
    if (text.startsWith(RUN) && text.length > RUN.length) this.#started(text.slice(RUN.length));
  }

  /** While tests are not listed, what the tests of a package print can't be told from what stands behind the packages. */
  get hasSummary(): boolean {
    return this.#listed && this.#packages.closed;
  }

  report(): TestReport {
    const counts = this.#listed
      ? { ...this.#tests.counts, errored: this.#packages.unexplained }
      : this.#packages.counts;
    return {
      format: 'go',
      ...counts,
      inFlight: [...this.#lost, ...this.#inFlight.names].slice(-MAX_NAMES),
      failures: this.#tests.failures,
      summary: this.#packages.closed ? 'agrees' : 'missing',
      durationMs: this.#packages.durationMs,
      ...defined({ stopped: this.#timedOut }),
      ...(this.#listed ? {} : { caveat: UNLISTED }),
    };
  }

  #started(name: string, packageName?: string): void {
    this.#listed = true;
    this.#inFlight.start(name);
    this.#packages.testStarted(packageName);
  }

  #lose(): void {
    this.#lost = [...this.#lost, ...this.#inFlight.names].slice(-MAX_NAMES);
    this.#inFlight.clear();
  }

  /** `--- PASS: TestName (0.00s)`; it may stand behind what the test printed without a newline. */
  #result(text: string, at: number): void {
    const outcome = text.charAt(at + 4) === ':' ? RESULTS.get(text.slice(at, at + 4)) : undefined;
    const end = text.lastIndexOf(' (');
    if (outcome === undefined || end <= at + 6) return;
    const name = text.slice(at + 6, end);
    if (this.#listed) this.#finished({ outcome, name, seconds: secondsOf(text.slice(end + 2)) });
    else if (outcome === 'failed') this.#unlisted(name);
  }

  #unlisted(name: string): void {
    this.#tests.nameFailure(name);
    this.#packages.testStarted();
    this.#packages.testEnded(true);
  }

  #finished({ outcome, name, seconds }: GoResult, packageName?: string): void {
    if (!this.#inFlight.finish(name)) return;
    this.#tests.count(outcome, name, seconds === undefined ? undefined : seconds * 1_000);
    this.#packages.testEnded(outcome === 'failed', packageName);
  }

  #output(text: string): void {
    const at = text.indexOf(`"Output":"${TIMED_OUT}`);
    if (at !== -1 && isGoEvent(text))
      this.#timedOut = keptName(text.slice(at + '"Output":"panic: '.length, text.lastIndexOf('\\n"}')));
  }

  /** A benchmark is no test: it is told to run, but not to end. */
  #event(text: string): void {
    const event = goEvent(text);
    if (event === undefined) return this.#output(text);
    this.#listed = true;
    if (event.test?.startsWith('Benchmark') === true) return;
    if (event.test === undefined) return this.#packages.event(event);
    const name = `${event.package}.${event.test}`;
    const outcome = RESULTS.get(event.action.toUpperCase());
    if (event.action === 'run') this.#started(name, event.package);
    if (outcome !== undefined) this.#finished({ outcome, name, seconds: event.elapsed }, event.package);
  }
}

interface GoResult {
  readonly outcome: Outcome;
  readonly name: string;
  readonly seconds: number | undefined;
}

/** `0.01s)`, as it stands behind the name. */
function secondsOf(text: string): number | undefined {
  const seconds = /^(\d{1,9}\.\d\d)s\)$/.exec(text.trimEnd())?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

export const go: Format = {
  name: 'go',
  signs: { beginnings: [RUN, '--- FAIL: ', 'ok  \t', '?   \t', 'FAIL\t', '{"Time":"'] },
  recognise: (text) => (isGo(text) ? 'surely' : 'no'),
  // A further run of go is one more list of packages.
  begins: (text, again) => !again && isGo(text),
  open: (names) => new GoReader(names),
};

function isGo(text: string): boolean {
  switch (text.charAt(0)) {
    case '=':
      return text.startsWith(RUN);
    case '-':
      return text.startsWith('--- FAIL: ');
    case 'o':
      return text.startsWith('ok  \t');
    case '?':
      return text.startsWith('?   \t');
    case 'F':
      return text.startsWith('FAIL\t');
    default:
      return isGoEvent(text);
  }
}
