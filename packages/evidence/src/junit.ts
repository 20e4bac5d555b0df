import sax from 'sax';
import { defined } from '@lacuna/contracts';
import { figure, JunitSuite } from './junit-suite.ts';
import { shortName } from './kept-name.ts';
import type { ReportFileReader, ReportFileReading } from './report-file-reader.ts';
import { Tally, type Outcome } from './tally.ts';
import { TestList } from './test-list.ts';

/** A message in an attribute may be long; one longer than this is an error. UTF-16 units. Its types do not know this setting. */
Object.assign(sax, { MAX_BUFFER_LENGTH: 4 * 1024 * 1024 });
/** Suites in suites; deeper ones are not what a test tool writes. A bound on memory. */
const MAX_DEPTH = 64;
const BLOCK_BYTES = 64 * 1024;

/** Of a test case that says more than one thing the first counts: node:test writes `skipped` before the failure of a test to do. */
const OUTCOMES: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['skipped', 'skipped'],
  ['failure', 'failed'],
  ['error', 'errored'],
]);

interface OpenCase {
  readonly name: string;
  readonly seconds: number | undefined;
  outcome: Outcome;
}

/**
 * JUnit XML as pytest, jest-junit, vitest, node:test, Maven and others write it; there is no standard. Test cases are counted one by
 * one; the closing summary is the end of the root element, and the figures that each suite has of itself must agree with its cases.
 * Entities of a DTD are not expanded.
 */
export class JunitReader implements ReportFileReader {
  readonly #decoder = new TextDecoder();
  readonly #parser = sax.parser(true);
  readonly #list = new TestList();
  readonly #tests = new Tally(this.#list);
  readonly #suites: JunitSuite[] = [];
  #depth = 0;
  #root: JunitSuite | undefined;
  #case: OpenCase | undefined;
  #agrees = true;
  #ended = false;
  #problem: string | undefined;

  constructor() {
    this.#parser.onopentag = ({ name, attributes }) => this.#open(name, attributes as Record<string, string>);
    this.#parser.onclosetag = (name) => this.#close(name);
  }

  write(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && this.#problem === undefined; at += BLOCK_BYTES)
      this.#parse(this.#decoder.decode(chunk.subarray(at, at + BLOCK_BYTES), { stream: true }));
  }

  end(): ReportFileReading {
    if (this.#problem === undefined && this.#root === undefined)
      this.#fail('it has no element <testsuites> or <testsuite>');
    if (this.#problem !== undefined) return { kind: 'unreadable', reason: this.#problem };
    const { tests: collected, seconds } = this.#root?.claims ?? {};
    return {
      kind: 'read',
      ...this.#list.results,
      report: {
        format: 'junit',
        ...defined({ collected }),
        ...this.#tests.counts,
        inFlight: this.#case === undefined ? [] : [this.#case.name],
        failures: this.#tests.failures,
        summary: this.#ended ? (this.#agrees ? 'agrees' : 'disagrees') : 'missing',
        ...defined({ durationMs: seconds && seconds * 1000 }),
      },
    };
  }

  #parse(text: string): void {
    this.#parser.write(text);
    if (this.#parser.error instanceof Error) this.#fail(this.#parser.error.message);
  }

  #fail(message: string): void {
    this.#problem ??= `not a JUnit XML file: ${message.replaceAll('\n', ', ')}`;
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) return this.#fail(`elements are nested deeper than ${MAX_DEPTH}`);
    if (this.#depth === 1 && name !== 'testsuites' && name !== 'testsuite')
      return this.#fail(`its root is <${shortName(name)}>`);
    if (name === 'testsuites' || name === 'testsuite') this.#openSuite(attributes);
    else if (name === 'testcase') this.#case ??= caseOf(attributes);
    else if (this.#case?.outcome === 'passed') this.#case.outcome = OUTCOMES.get(name) ?? 'passed';
  }

  #openSuite(attributes: Readonly<Record<string, string>>): void {
    const suite = new JunitSuite(attributes);
    this.#root ??= suite;
    this.#suites.push(suite);
  }

  #close(name: string): void {
    this.#depth -= 1;
    if (name === 'testcase' && this.#case !== undefined) this.#count(this.#case);
    if (name === 'testsuites' || name === 'testsuite') this.#closeSuite();
    this.#ended ||= this.#depth === 0;
  }

  #count({ outcome, name, seconds }: OpenCase): void {
    this.#tests.count(outcome, name, seconds === undefined ? undefined : seconds * 1_000);
    this.#suites.at(-1)?.count(outcome);
    this.#case = undefined;
  }

  #closeSuite(): void {
    const suite = this.#suites.pop();
    if (suite === undefined) return;
    this.#agrees &&= suite.agrees;
    this.#suites.at(-1)?.include(suite);
  }
}

function caseOf(attributes: Readonly<Record<string, string>>): OpenCase {
  return { name: nameOf(attributes), seconds: figure(attributes['time']), outcome: 'passed' };
}

/** `classname` is a file or a class, unless it is the name again. */
function nameOf({ name = '', classname = '' }: Readonly<Record<string, string>>): string {
  return (classname === '' || classname === name ? name : `${classname} > ${name}`).trim();
}
