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
  /** Any part of the log, in order; a line or a character may be split anywhere. */
  write(chunk: Uint8Array): void;
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

/** A line as a part of a text. */
interface Line {
  text: string;
  from: number;
  to: number;
}

class LogReader implements ReportReader {
  readonly #formats: readonly Format[];
  readonly #chosen: boolean;
  readonly #keepsNames: boolean;
  readonly #lines = new LineSplitter((text, from, to) => this.#take(text, from, to));
  readonly #filter: SignFilter;
  #format: Format | undefined;
  #reader: LineReader | undefined;
  /** False while the line that the format was recognised by may be anybody's. */
  #sure = false;
  /** The latest two lines while no tool is known, which may be its own: `pytest -q -x` begins with a line of letters. */
  #before: readonly [Line, Line] = [emptyLine(), emptyLine()];
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

  write(chunk: Uint8Array): void {
    if (this.#formats.length > 0) this.#lines.write(chunk);
  }

  progress(): ReportProgress {
    const report = this.#report();
    if (report === undefined) return { done: 0 };
    return { done: sum(report), format: report.format, ...defined({ collected: report.collected }) };
  }

  end(): TestReport | undefined {
    const rest = this.#lines.end();
    if (!this.#sure) this.#recognise(rest);
    this.#reader?.rest(rest);
    return this.#report();
  }

  /** Of several runs in one log none: the same names mean other tests there. */
  results(): TestResult[] | undefined {
    const report = this.#report();
    return report === undefined || this.#earlier !== undefined ? undefined : this.#names?.list(report);
  }

  #take(text: string, from: number, to: number): void {
    if (this.#reader !== undefined || this.#filter.mayBeSign(text, from, to)) this.#line(text.slice(from, to));
    else if (from < to) this.#keep(text, from, to);
  }

  #line(text: string): void {
    if (!this.#sure) this.#recognise(text);
    else if (this.#reader?.hasSummary === true) this.#beginNext(text);
    this.#reader?.line(text);
    if (this.#reader === undefined && text !== '') this.#keep(text, 0, text.length);
  }

  /** Called for nearly every line of a log that is no test tool's. */
  #keep(text: string, from: number, to: number): void {
    const [line, newer] = this.#before;
    line.text = text;
    line.from = from;
    line.to = to;
    this.#before = [newer, line];
  }

  #recognise(text: string): void {
    for (const format of this.#formats) {
      const recognition = format.recognise(text);
      if (recognition === 'no' || (recognition === 'perhaps' && this.#format !== undefined)) continue;
      this.#sure = recognition === 'surely';
      if (this.#format !== format) this.#open(format);
      return;
    }
  }

  #open(format: Format): void {
    this.#format = format;
    this.#names = this.#keepsNames ? new TestNames() : undefined;
    this.#reader = format.open(this.#names);
    for (const { text, from, to } of this.#before) if (from < to) this.#reader.line(text.slice(from, to));
    this.#before = [emptyLine(), emptyLine()];
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

function emptyLine(): Line {
  return { text: '', from: 0, to: 0 };
}
