import type { GoEvent } from './go-event.ts';
import { keptName, shortName } from './kept-name.ts';
import type { Counts } from './tally.ts';

/** More open packages than this are not told apart: a bound on memory. */
const MAX_OPEN = 4_096;
/** `go test -json` names its packages; otherwise only the one that runs is known. */
const UNNAMED = '';

interface OpenPackage {
  running: number;
  failed: number;
}

type Ending = 'passed' | 'failed' | 'errored' | 'nothing';

/** Which packages have ended, and how; a package that failed though none of its tests did is one errored. */
export class GoPackages {
  readonly #counts = { passed: 0, failed: 0, skipped: 0, errored: 0 };
  /** Packages that have not ended. */
  readonly #open = new Map<string, OpenPackage>();
  #unexplained = 0;
  #ended = 0;
  #seconds = 0;
  /** A package failed and the lone `FAIL`, right behind the last package, has not been seen. */
  #owesFail = false;
  /** go prints it in front of the closing line when there is only the package of the directory; then no `FAIL` follows. */
  #exitStatus = false;
  #afterEnding = false;

  /** Takes every line; answers true when it ended a package. */
  line(text: string): boolean {
    const ending = packageEnding(text);
    const isPrinted = ending === 'passed' || ending === 'nothing' ? !this.#mayPass() : ending === undefined;
    if (!isPrinted && ending !== undefined) this.#end(UNNAMED, ending, secondsIn(text));
    if (ending === 'failed' || ending === 'errored') this.#owesFail = !this.#exitStatus;
    else if (text === 'FAIL' && this.#afterEnding) this.#owesFail = false;
    this.#exitStatus = text.startsWith('exit status ');
    this.#afterEnding = !isPrinted;
    return !isPrinted;
  }

  event(event: GoEvent): void {
    if (event.action === 'start') this.#started(event.package);
    const ending = event.action === 'pass' ? 'passed' : event.action === 'skip' ? 'nothing' : event.action;
    if (ending === 'fail') this.#end(event.package, event.failedBuild ? 'errored' : 'failed', event.elapsed);
    else if (ending === 'passed' || ending === 'nothing') this.#end(event.package, ending, event.elapsed);
  }

  testStarted(name = UNNAMED): void {
    this.#started(name);
    const open = this.#open.get(shortName(name));
    if (open !== undefined) open.running += 1;
  }

  testEnded(failed: boolean, name = UNNAMED): void {
    const open = this.#open.get(shortName(name));
    if (open === undefined) return;
    open.running -= 1;
    if (failed) open.failed += 1;
  }

  /** Packages, for when tests are not listed. */
  get counts(): Counts {
    return { ...this.#counts };
  }

  /** Packages that failed though none of their tests did or was still running. */
  get unexplained(): number {
    return this.#unexplained;
  }

  get durationMs(): number {
    return this.#seconds * 1000;
  }

  get closed(): boolean {
    return this.#ended > 0 && this.#open.size === 0 && !this.#owesFail;
  }

  /** While a test runs, or when one has failed, `ok` is something that a test printed. */
  #mayPass(): boolean {
    const { running = 0, failed = 0 } = this.#open.get(UNNAMED) ?? {};
    return running + failed === 0;
  }

  #started(name: string): void {
    if (this.#open.has(shortName(name)) || this.#open.size >= MAX_OPEN) return;
    this.#open.set(keptName(name), { running: 0, failed: 0 });
  }

  #end(name: string, ending: Ending, seconds = 0): void {
    const { running = 0, failed = 0 } = this.#open.get(shortName(name)) ?? {};
    this.#open.delete(shortName(name));
    this.#ended += 1;
    this.#seconds += seconds;
    if (ending !== 'nothing') this.#counts[ending] += 1;
    if ((ending === 'failed' || ending === 'errored') && running + failed === 0) this.#unexplained += 1;
  }
}

/** Reads `ok  \tpath\t0.004s`, `FAIL\tpath\t0.004s`, `FAIL\tpath [build failed]` and `?   \tpath\t[no test files]`. */
function packageEnding(text: string): Ending | undefined {
  if (text.startsWith('ok  \t')) return text.includes('[no tests to run]') ? 'nothing' : 'passed';
  if (text.startsWith('?   \t')) return 'nothing';
  if (!text.startsWith('FAIL\t')) return undefined;
  return text.endsWith(' [build failed]') || text.endsWith(' [setup failed]') ? 'errored' : 'failed';
}

function secondsIn(text: string): number {
  const field = text.split('\t', 3)[2] ?? '';
  return Number(/^(\d{1,9}\.\d{1,9})s(?:$|[\t ])/.exec(field)?.[1] ?? 0);
}
