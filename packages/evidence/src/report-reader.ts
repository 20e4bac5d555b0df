import { defined, type TestReport, type TestReportFormat, type TestResult } from '@lacuna/contracts';
import { FORMATS, type ReportKind } from './formats.ts';
import type { Format, LineReader } from './line-reader.ts';
import { LineSplitter } from './line-splitter.ts';
import { mergeReports } from './merge-reports.ts';
import { SignFilter } from './sign-filter.ts';
import { sum } from './tally.ts';
import { TestNames } from './test-names.ts';

export interface ReportProgress {
  /** Tests with a result so far. */
  readonly done: number;
  /** How many the tool announced, if it did. */
  readonly collected?: number;
  readonly format?: TestReportFormat;
}

/** Reads test results from a log as it grows, in constant memory. No method throws, whatever the bytes are. */
export interface ReportReader {
  /** Any part of the log, in order; a line or a character may be split anywhere. Returns how many newlines it has. */
  write(chunk: Uint8Array): number;
  progress(): ReportProgress;
  /** The log has ended. Undefined when no test tool's output was recognised. */
  end(): TestReport | undefined;
  /** Every test by name, when each that the report counts is known by one, and names are kept. */
  results(): TestResult[] | undefined;
}

/** `keepsNames`: takes memory for up to `MAX_RESULTS` names. */
export function openReportReader(kind: ReportKind, keepsNames = false): ReportReader {
  return new LogReader(FORMATS[kind], kind !== 'auto', keepsNames);
}

class LogReader implements ReportReader {
  readonly #formats: readonly Format[];
  readonly #chosen: boolean;
  readonly #keepsNames: boolean;
  readonly #splitter = new LineSplitter((text, from) => this.#take(text, from));
  readonly #filter: SignFilter;
  #format: Format | undefined;
  #reader: LineReader | undefined;
  /** False while the line that the format was recognised by may be anybody's. */
  #sure = false;
  /** The latest two lines while no tool is known, which may be its own: `pytest -q -x` begins with a line of letters. */
  #before: readonly string[] = [];
  /** Newlines. */
  #lines = 0;
  /** Earlier runs in the same log, of the same tool or another. */
  #earlier: TestReport | undefined;
  /** Of the run that is read. */
  #names: TestNames | undefined;

  /** `chosen`: somebody said what the log holds, so a weak sign is enough. */
  constructor(formats: readonly Format[], chosen: boolean, keepsNames: boolean) {
    this.#formats = formats;
    this.#filter = new SignFilter(formats);
    this.#chosen = chosen;
    this.#keepsNames = keepsNames;
  }

  write(chunk: Uint8Array): number {
    const before = this.#lines;
    this.#splitter.write(chunk);
    return this.#lines - before;
  }

  progress(): ReportProgress {
    const report = this.#report();
    if (report === undefined) return { done: 0 };
    return { done: sum(report), format: report.format, ...defined({ collected: report.collected }) };
  }

  end(): TestReport | undefined {
    const rest = this.#splitter.end();
    if (!this.#sure) this.#recognise(rest, () => this.#before);
    this.#reader?.rest(rest);
    return this.#report();
  }

  /** Of several runs in one log none: the same names mean other tests there. */
  results(): TestResult[] | undefined {
    const report = this.#report();
    return report === undefined || this.#earlier !== undefined ? undefined : this.#names?.list(report);
  }

  /** Takes the lines of a text that begin at `begin` or behind it. Nearly every line of a log is no test tool's: no string is made of those. */
  #take(text: string, begin: number): void {
    let from = begin;
    for (let to = text.indexOf('\n', from); to !== -1; to = text.indexOf('\n', from)) {
      this.#lines += 1;
      if (this.#reader !== undefined || this.#filter.mayBeSign(text, from, to)) this.#line(text, begin, from, to);
      from = to + 1;
    }
    if (this.#reader === undefined) this.#before = lastTwo(this.#before, text.slice(begin, from));
  }

  #line(text: string, begin: number, from: number, to: number): void {
    const line = text.slice(from, to);
    if (!this.#sure) this.#recognise(line, () => lastTwo(this.#before, text.slice(begin, from)));
    else if (this.#reader?.hasSummary === true) this.#beginNext(line);
    this.#reader?.line(line);
  }

  #recognise(line: string, before: () => readonly string[]): void {
    for (const format of this.#formats) {
      const recognition = format.recognise(line);
      if (recognition === 'no' || (recognition === 'perhaps' && this.#format !== undefined)) continue;
      this.#sure = recognition === 'surely';
      if (this.#format === format) return;
      const earlier = this.#format === undefined ? before() : [];
      const reader = this.#open(format);
      for (const one of earlier) reader.line(one);
      return;
    }
  }

  #open(format: Format): LineReader {
    this.#format = format;
    this.#names = this.#keepsNames ? new TestNames() : undefined;
    return (this.#reader = format.open(this.#names));
  }

  /** Behind a run whose summary agrees another one may begin, of this tool or of the next one that a script calls. */
  #beginNext(text: string): void {
    const next = this.#formats.find((format) => format.begins(text, format === this.#format));
    if (next === undefined || this.#reader?.report().summary !== 'agrees') return;
    this.#earlier = this.#report();
    this.#open(next);
  }

  #report(): TestReport | undefined {
    const report = this.#sure || this.#chosen ? this.#reader?.report() : undefined;
    return this.#earlier === undefined || report === undefined ? report : mergeReports(this.#earlier, report);
  }
}

/** The last two lines that are not empty, of some before a text and of the text, all of whose lines are whole. */
function lastTwo(before: readonly string[], text: string): readonly string[] {
  const lines: string[] = [];
  for (let to = text.length - 1; to > 0 && lines.length < 2;) {
    const from = text.lastIndexOf('\n', to - 1) + 1;
    if (from < to) lines.unshift(text.slice(from, to));
    to = from - 1;
  }
  return [...before, ...lines].slice(-2);
}
